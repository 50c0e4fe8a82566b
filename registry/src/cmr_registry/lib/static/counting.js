// While htmx asks the registry, the cohort page says so, to the eye and to a screen reader; then it reads the answer out.
"use strict";

const builder = document.getElementById("builder");
const said = document.getElementById("said");

document.body.addEventListener("htmx:beforeRequest", () => {
  builder.setAttribute("aria-busy", "true");
  said.textContent = "Asking the registry.";
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  builder.removeAttribute("aria-busy");
  const answer = builder.querySelector("[data-answer]");
  if (!event.detail.successful) said.textContent = "The registry did not answer. Please try again.";
  else said.textContent = event.detail.target === builder && answer ? answer.textContent : "";
});
