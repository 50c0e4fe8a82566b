// Parts of a page that refresh themselves, and say so when they could not: an old figure must look old.

const PATIENCE = 3;

function nameOf(element) {
  return `${element.tagName} ${element.getAttribute("href") ?? ""} ${element.textContent.trim()}`;
}

class Part {
  constructor(element) {
    this.element = element;
    this.every = Number(element.dataset.every) * 1000;
    this.good = Date.now();
    this.notice = document.querySelector("[data-stale]");
    this.later();
  }

  later() {
    this.timer = setTimeout(() => this.refresh(), this.every);
  }

  async refresh() {
    try {
      const answer = await fetch(this.element.dataset.part, { headers: { Accept: "text/html" } });
      if (answer.status === 401 || answer.status === 404) {
        // signed out, or no longer there: the page itself says which
        window.location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.show(await answer.text());
      this.good = Date.now();
    } catch {
      // said below, by age
    }
    this.tellAge();
    if (!this.element.querySelector("[data-over]")) this.later();
  }

  show(html) {
    const held = this.element.contains(document.activeElement) ? nameOf(document.activeElement) : "";
    const open = new Set([...this.element.querySelectorAll("details[open][id]")].map((d) => d.id));
    const parsed = new DOMParser().parseFromString(html, "text/html");
    this.element.replaceChildren(...parsed.body.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    // the keyboard stays where the reader had it
    if (held) [...this.element.querySelectorAll("a, button, summary")].find((e) => nameOf(e) === held)?.focus();
  }

  tellAge() {
    if (!this.notice) return;
    const age = Date.now() - this.good;
    this.notice.hidden = age < PATIENCE * this.every;
    const minutes = Math.max(1, Math.round(age / 60000));
    this.notice.querySelector("[data-age]").textContent = `${minutes} min`;
  }
}

for (const element of document.querySelectorAll("[data-part]")) {
  if (!element.querySelector("[data-over]")) new Part(element);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) setTimeout(() => { button.disabled = true; });
  });
}

// who opens a case report goes on where something of it is open
window.addEventListener("load", () => {
  const report = document.querySelector("[data-case-report][data-look]");
  const isWide = window.matchMedia("(min-width: 48rem)").matches;
  const begun = !isWide || window.location.hash || document.querySelector("#refused, [data-restored]");
  if (report && !begun) report.querySelector("[data-next]").click();
});
