/*
 * While htmx asks the registry, the cohort page says so, to the eye and to a screen reader; then it reads the answer
 * out. Where the answer stands below the form, Count leads to it.
 */
"use strict";

const builder = document.getElementById("builder");
const said = document.getElementById("said");

/** The text without signs that are there for the eye: "about" stands beside each of them. */
const spoken = (element) => element.textContent.replaceAll("≈", "").replace(/\s+/g, " ");

document.body.addEventListener("htmx:beforeRequest", () => {
  builder.setAttribute("aria-busy", "true");
  said.textContent = "Asking the registry.";
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  builder.removeAttribute("aria-busy");
  const answer = builder.querySelector("[data-answer]");
  if (!event.detail.successful) said.textContent = "The registry did not answer. Please try again.";
  else said.textContent = event.detail.target === builder && answer ? spoken(answer) : "";
});

document.body.addEventListener("htmx:afterSettle", () => {
  const answer = document.getElementById("answer");
  const isBelow = window.matchMedia("(max-width: 61.99rem)").matches;
  if (isBelow && document.activeElement.id === "do-whole") answer.scrollIntoView();
});
