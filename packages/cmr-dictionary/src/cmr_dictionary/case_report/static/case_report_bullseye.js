/*
 * The bull's-eye pickers: 17 segments that arrows walk and digits set. The plain lists below stay the truth: a picker
 * reads and writes them, and says so with a "change" event.
 */

const REASONS = { u: "unknown", r: "not_reported", a: "not_acquired", p: "not_applicable", w: "withheld" };
const REASON_LETTERS = Object.fromEntries(Object.entries(REASONS).map(([letter, reason]) => [reason, letter]));
const RINGS = [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12], [13, 14, 15, 16], [17]];

const ringOf = (segment) => RINGS.findIndex((ring) => ring.includes(segment));

/** The neighbor that an arrow leads to: along the ring, or to the ring outside or inside at the same angle. */
export function neighbor(segment, key) {
  const at = ringOf(segment);
  const ring = RINGS[at];
  const place = ring.indexOf(segment);
  // the numbers run counterclockwise from the top
  if (key === "ArrowLeft") return ring[(place + 1) % ring.length];
  if (key === "ArrowRight") return ring[(place + ring.length - 1) % ring.length];
  const to = RINGS[at + (key === "ArrowDown" ? 1 : -1)];
  return to ? to[Math.round((place / ring.length) * to.length) % to.length] : segment;
}

export class Bullseye {
  constructor(fieldset) {
    this.fields = [...fieldset.querySelectorAll(".cr-segment-fields [data-item]")];
    this.selects = this.fields.map((field) => field.querySelector("select"));
    this.picker = fieldset.querySelector("[data-picker]");
    this.segments = [...this.picker.querySelectorAll("[data-segment]")];
    this.now = this.picker.querySelector("[data-now]");
    this.codes = [...this.picker.querySelectorAll("[data-code]")];
    this.at = 1;
    this.picker.hidden = false;
    fieldset.querySelector(".cr-lists").open = false;
    this.listen();
    this.show();
    this.choose(1, false);
  }

  listen() {
    const eye = this.picker.querySelector("svg");
    eye.addEventListener("keydown", (event) => this.key(event));
    eye.addEventListener("click", (event) => {
      const segment = event.target.closest("[data-segment]");
      if (segment) this.choose(Number(segment.dataset.segment));
    });
    eye.addEventListener("focusin", () => this.say());
    this.codes.forEach((button) => button.addEventListener("click", () => this.set(button.dataset.code)));
    this.picker.querySelector("[data-clear]").addEventListener("click", () => this.set(""));
    this.picker.querySelector("[data-others]")?.addEventListener("click", (event) => this.others(event));
    this.selects.forEach((select) => select.addEventListener("change", () => this.show()));
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const code = this.codeOf(event.key);
    if (event.key.startsWith("Arrow")) this.choose(neighbor(this.at, event.key));
    else if (event.key === "Home") this.choose(1);
    else if (event.key === "End") this.choose(17);
    else if (code !== null) this.set(code, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  codeOf(key) {
    if (key === "Delete" || key === "Backspace") return "";
    if (key in REASONS) return `missing:${REASONS[key]}`;
    return this.codes.some((button) => button.dataset.code === key) ? key : null;
  }

  choose(segment, focuses = true) {
    this.at = segment;
    this.segments.forEach((element, place) => {
      const isHere = place + 1 === segment;
      element.setAttribute("tabindex", isHere ? "0" : "-1");
      element.setAttribute("aria-selected", String(isHere));
      if (isHere && focuses) element.focus();
    });
    this.say();
  }

  set(code, goesOn = false) {
    const field = this.fields[this.at - 1];
    if (code && field.classList.contains("is-not-asked")) {
      this.now.textContent = `${this.segments[this.at - 1].getAttribute("aria-label")}, so nothing is set`;
      return;
    }
    const set = this.at;
    this.write(set, code);
    if (goesOn && code && set < 17) this.choose(set + 1);
    this.say(set);
  }

  others(event) {
    this.selects.forEach((select, place) => {
      const isOpen = select.value === "" && !this.fields[place].classList.contains("is-not-asked");
      if (isOpen) this.write(place + 1, event.target.dataset.others);
    });
    this.say();
  }

  write(segment, code) {
    const select = this.selects[segment - 1];
    select.value = code;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Draw what the lists hold. */
  show() {
    this.segments.forEach((element, place) => {
      const { value, selectedOptions } = this.selects[place];
      const reason = value.startsWith("missing:") ? value.slice(8) : "";
      const isAsked = !this.fields[place].classList.contains("is-not-asked");
      const words = value ? selectedOptions[0].textContent : isAsked ? "nothing said" : "not asked";
      const button = this.codes.find((one) => one.dataset.code === value);
      element.dataset.step = button?.dataset.step ?? (isAsked ? "none" : "off");
      element.querySelector(".cr-segment-code").textContent = reason ? REASON_LETTERS[reason] : value;
      element.setAttribute("aria-label", `${place + 1} ${element.dataset.label}: ${words}`);
    });
    this.press();
  }

  press() {
    const { value } = this.selects[this.at - 1];
    this.codes.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.code === value)));
  }

  /** Say what a segment holds, and where the next key goes. */
  say(segment = this.at) {
    const words = [segment, this.at].map((one) => this.segments[one - 1].getAttribute("aria-label"));
    this.now.textContent = segment === this.at ? words[0] : `${words[0]}. Next, ${words[1]}`;
    this.press();
  }
}
