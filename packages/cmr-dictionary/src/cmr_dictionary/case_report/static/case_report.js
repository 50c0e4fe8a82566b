/*
 * The case report while one types: what is asked, the bull's-eyes, the way to the next open item, and the draft that the
 * host keeps. Without this script the page is a plain form with every item on it.
 */

import { isAsked } from "./case_report_branching.js";
import { Bullseye } from "./case_report_bullseye.js";

const PAUSE_MS = 700;
const REASONS = { u: "unknown", r: "not_reported", a: "not_acquired", p: "not_applicable", w: "withheld" };
const DECIMAL = /^[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})$/;

const form = document.querySelector("[data-case-report]");
const conditions = JSON.parse(form.dataset.conditions);
const fields = [...form.querySelectorAll("[data-item]")];
const computed = [...form.querySelectorAll("[data-computed]")];
const conditional = [...form.querySelectorAll("[data-asked]")];
const open = (element) => element.closest("details.cr-form") && (element.closest("details.cr-form").open = true);

let derived = {};
let bullseyes = [];

/** The plain value of a field, undefined where there is none; what cannot be a value counts as none. */
function valueOf(field) {
  const { kind, item } = field.dataset;
  if (kind === "codes") {
    const codes = [...field.querySelectorAll("input:checked")].map((tick) => tick.value);
    return codes.length ? codes : undefined;
  }
  const text = form.elements[`v-${item}`].value.trim();
  if (!text || text.startsWith("missing:")) return undefined;
  if (kind === "number" || kind === "integer") return DECIMAL.test(text) ? Number(text) : undefined;
  return kind === "yes_no" ? Number(text) : text;
}

/** Plain values of the whole form by item, computed ones where the host computed them. */
export function values() {
  const found = { ...derived };
  for (const field of fields) {
    const value = valueOf(field);
    if (value !== undefined) found[field.dataset.item] = value;
  }
  return found;
}

const missingOf = (field) => field.querySelector("[data-missing]");

function isSaid(field) {
  const choice = field.querySelector("select:not([data-missing])");
  if (choice) return choice.value !== "";
  if (missingOf(field)?.value) return true;
  const input = field.querySelector("input.cr-input");
  return input ? input.value.trim() !== "" : field.querySelector("input:checked") !== null;
}

/** Ask and hide by the conditions; what is said stays in sight even where it is not asked. */
export function branch() {
  const known = values();
  const asked = conditions.map((condition) => isAsked(condition, known));
  fields.forEach((field) => field.classList.toggle("is-said", isSaid(field)));
  conditional.forEach((field) => field.classList.toggle("is-not-asked", !asked[Number(field.dataset.asked)]));
  form.querySelectorAll("fieldset.cr-segments").forEach((group) => {
    group.classList.toggle("is-off", !group.querySelector("[data-item]:not(.is-not-asked), [data-item].is-said"));
  });
  bullseyes.forEach((bullseye) => bullseye.show());
  form.querySelectorAll(".cr-part").forEach((part) => {
    const stays = part.querySelector(".cr-field:not(.is-not-asked), .cr-field.is-said");
    part.classList.toggle("is-off", !stays);
  });
  form.querySelectorAll("details.cr-form").forEach(state);
}

function state(details) {
  const own = [...details.querySelectorAll("[data-item]")];
  const said = own.filter((field) => field.classList.contains("is-said")).length;
  const isOff = own.every((field) => field.matches(".is-not-asked:not(.is-said)"));
  const words = isOff && own.length ? "not asked for this exam" : `${said} of ${own.length} stated here`;
  details.querySelector("[data-stated]").textContent = words;
}

/* what the host says */

let waiting = 0;
let asking = null;

const typed = () => new URLSearchParams(new FormData(form));

function later() {
  clearTimeout(waiting);
  if (form.dataset.look) waiting = setTimeout(look, PAUSE_MS);
}

/** The form itself is on its way: no draft may follow it. */
function stop() {
  clearTimeout(waiting);
  waiting = 0;
  asking?.abort();
}

/** The page goes before the pause is over: the draft must not lose the last keys. */
function keepLast() {
  if (waiting) fetch(form.dataset.look, { method: "POST", body: typed(), keepalive: true }).catch(() => {});
  waiting = 0;
}

async function look() {
  waiting = 0;
  asking?.abort();
  asking = new AbortController();
  const body = typed();
  try {
    const answer = await fetch(form.dataset.look, { method: "POST", body, signal: asking.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") said("The draft could not be kept. Your entries are only in this window.", true);
  }
}

function show(document) {
  computed.forEach((field) => {
    const text = document.derived[field.dataset.computed];
    field.classList.toggle("is-said", Boolean(text));
    field.querySelector("[data-shown]").textContent = text ?? "waits for other values";
  });
  derived = Object.fromEntries(Object.keys(document.derived).map((name) => [name, document.derived[name]]));
  fields.forEach((field) => {
    const name = field.dataset.item;
    note(field, "cr-problem", document.problems[name] ?? "");
    note(field, "cr-question", document.questions[name] ? `Please look: ${document.questions[name]}` : "");
    field.classList.toggle("is-refused", Boolean(document.problems[name]));
    invalid(field, Boolean(document.problems[name]));
  });
  form.querySelector("[data-count]").textContent = document.count;
  said(document.kept ?? "");
  branch();
}

function note(field, kind, text) {
  const notes = field.querySelector("[data-notes]");
  let line = notes.querySelector(`.${kind}`);
  if (!text) return line?.remove();
  if (!line) {
    line = window.document.createElement("p");
    line.className = kind;
    notes.prepend(line);
  }
  if (line.textContent !== text) line.textContent = text;
}

function invalid(field, isRefused) {
  const target = window.document.getElementById(`f-${field.dataset.item}`);
  if (isRefused) target.setAttribute("aria-invalid", "true");
  else target.removeAttribute("aria-invalid");
}

function said(text, isBad = false) {
  const line = form.querySelector("[data-kept]");
  line.textContent = text;
  line.classList.toggle("cr-bad", isBad);
}

/* the keyboard */

const minimum = () => fields.filter((field) => "minimum" in field.dataset);
const isOpen = (field) => !field.matches(".is-said, .is-not-asked");

function focusOf(field) {
  return field.querySelector("input.cr-input, select:not([data-missing]), summary");
}

/** Go to the next open item of the minimum after where one is, from the top again behind the last. */
function next() {
  branch();
  const listed = minimum();
  const here = listed.indexOf(window.document.activeElement?.closest("[data-item]"));
  const found = [...listed.slice(here + 1), ...listed.slice(0, Math.max(here, 0))].find(isOpen);
  if (!found) {
    said("Nothing of the minimum is open.");
    form.querySelector("[data-save]").focus();
    return;
  }
  const target = focusOf(found);
  if (target.tagName === "SUMMARY") target.closest("details").open = true;
  (found.querySelector("input[type=checkbox]") ?? target).focus();
}

function reason(field, word) {
  const select = missingOf(field);
  select.value = select.value === word ? "" : word;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function onKey(event) {
  const { target, key } = event;
  const field = target.closest?.("[data-item]");
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "s") {
    event.preventDefault();
    form.querySelector("[data-save]").click();
  } else if ((event.ctrlKey || event.metaKey) && key === "Enter") {
    event.preventDefault();
    next();
  } else if (event.ctrlKey || event.altKey || event.metaKey || !field) {
    return;
  } else if (key === "Enter" && target.matches("input, select")) {
    event.preventDefault();
    next();
  } else if (key === "F1" && field.querySelector(".cr-help")) {
    event.preventDefault();
    field.querySelector(".cr-help").open = !field.querySelector(".cr-help").open;
  } else if (target.matches("input.cr-input")) {
    inText(event, field);
  } else if (target.matches("input[type=checkbox]")) {
    inTicks(event, field);
  }
}

/** Arrows walk a list of ticks, a letter goes to the next answer that begins with it. */
function inTicks(event, field) {
  const ticks = [...field.querySelectorAll("input[type=checkbox]")];
  const at = ticks.indexOf(event.target);
  const later = [...ticks.slice(at + 1), ...ticks.slice(0, at)];
  const steps = { ArrowDown: later[0], ArrowUp: later.at(-1) };
  const letter = event.key.toLowerCase();
  const begins = (tick) => tick.parentElement.textContent.trim().toLowerCase().startsWith(letter);
  const to = steps[event.key] ?? (letter.length === 1 && letter !== " " ? later.find(begins) : undefined);
  if (!to) return;
  event.preventDefault();
  to.focus();
}

function inText(event, field) {
  const isNumber = field.dataset.kind !== "text";
  if (event.key === "ArrowDown") {
    event.preventDefault();
    missingOf(field).focus();
  } else if (isNumber && event.key in REASONS) {
    event.preventDefault();
    event.target.value = "";
    reason(field, REASONS[event.key]);
  }
}

/** A value and a reason exclude each other: the later one stays. */
function exclude(target) {
  const field = target.closest("[data-item]");
  const select = field && missingOf(field);
  if (!select) return;
  if (target === select && select.value) {
    const input = field.querySelector("input.cr-input");
    if (input) input.value = "";
    field.querySelectorAll("input:checked").forEach((tick) => (tick.checked = false));
  } else if (target !== select && (target.type === "checkbox" ? target.checked : target.value.trim())) {
    select.value = "";
  }
}

function ticked(field) {
  const names = [...field.querySelectorAll("input:checked")].map((tick) => tick.parentElement.textContent.trim());
  field.querySelector("[data-ticked]").textContent = names.join(", ") || "none ticked";
}

function changed(event) {
  const field = event.target.closest("[data-item]");
  exclude(event.target);
  if (field?.dataset.kind === "codes") ticked(field);
  branch();
  later();
}

function reveal() {
  const target = window.location.hash && window.document.getElementById(window.location.hash.slice(1));
  if (!target || !form.contains(target)) return;
  if (target.matches("details")) target.open = true;
  open(target);
  target.closest(".cr-lists")?.setAttribute("open", "");
  target.scrollIntoView();
  target.focus({ preventScroll: true });
}

function start() {
  form.classList.add("is-live");
  computed.forEach((field) => {
    if (field.classList.contains("is-said")) derived[field.dataset.computed] = field.querySelector("[data-shown]").textContent;
  });
  form.querySelectorAll("[data-next], [data-keyboard]").forEach((element) => (element.hidden = false));
  form.querySelectorAll(".cr-help > summary").forEach((summary) => (summary.tabIndex = -1));
  form.querySelectorAll(".cr-entry [data-missing]").forEach((select) => (select.tabIndex = -1));
  branch();
  bullseyes = [...form.querySelectorAll("[data-bullseye]")].map((fieldset) => new Bullseye(fieldset));
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.document.addEventListener("keydown", onKey);
  form.querySelector("[data-next]").addEventListener("click", next);
  form.querySelector("[data-keep]")?.addEventListener("click", () => {
    form.querySelector("[data-restored]").remove();
    next();
  });
  form.addEventListener("submit", stop);
  window.addEventListener("pagehide", keepLast);
  window.addEventListener("hashchange", reveal);
  reveal();
  form.querySelector("#refused")?.focus();
}

start();
