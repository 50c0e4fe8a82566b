/*
 * Plays a position x phase grid: the slice stays fixed and time loops (OHIF/Viewers#5615, Weasis#331).
 *
 * The page names a description (JSON) in data-cine; it lists positions, phases and how long each phase lasts. The
 * images of one position come as one PNG, a sheet of frames in rows. Everything is drawn to canvas from 8-bit gray
 * values, so brightness and contrast need no further request. No framework, nothing vendored.
 *
 *   arrows left/right  phase      home/end  first/last phase
 *   arrows up/down     slice      space     play or pause
 */

const SMALLEST_STEP_MS = 8;

/** Frames of one position as 8-bit gray values, decoded from a sheet whose tiles run row by row. */
async function loadSheet({sheet, tiles}, {rows, columns}) {
  const image = new Image();
  image.src = sheet;
  await image.decode();
  const across = Math.floor(image.naturalWidth / columns);
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext("2d", {willReadFrequently: true});
  context.drawImage(image, 0, 0);
  return tiles.map(tile => {
    if (tile === null) return null;
    const {data} = context.getImageData((tile % across) * columns, Math.floor(tile / across) * rows, columns, rows);
    return Uint8Array.from({length: rows * columns}, (_, i) => data[4 * i]);
  });
}

/** Table from gray value to gray value for a brightness (-100..100) and a contrast (percent). */
function grayTable(brightness, contrast) {
  const shift = brightness * 1.275;
  return Uint8ClampedArray.from({length: 256}, (_, gray) => (gray - 127.5) * (contrast / 100) + 127.5 + shift);
}

function draw(canvas, frame, table) {
  const context = canvas.getContext("2d");
  const picture = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < picture.data.length / 4; i++) {
    const gray = frame ? table[frame[i]] : 0;
    picture.data.set([gray, gray, gray, 255], 4 * i);
  }
  context.putImageData(picture, 0, 0);
}

class Cine {
  constructor(root, description) {
    this.root = root;
    this.about = description;
    this.sheets = [];
    this.slice = Math.floor(description.positions.length / 2);
    this.phase = 0;
    this.playing = false;
    this.table = grayTable(0, 100);
    this.shownAt = 0;
    this.part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map(e => [e.dataset.part, e]));
    this.part.stage.width = description.columns;
    this.part.stage.height = description.rows;
    this.part.slice.max = description.positions.length;
    this.part.phase.max = description.phases.length;
    this.tiles = description.positions.map((_, n) => this.tile(n));
    this.listen();
  }

  /** Load the shown slice first, then its neighbors outward, one request at a time. */
  async load() {
    const order = this.about.positions.map((_, n) => n);
    order.sort((a, b) => Math.abs(a - this.slice) - Math.abs(b - this.slice));
    for (const [done, n] of order.entries()) {
      this.sheets[n] = await loadSheet(this.about.positions[n], this.about);
      this.part.progress.value = (done + 1) / order.length;
      this.show();
    }
    this.part.progress.hidden = true;
    this.root.dataset.loaded = "all";
  }

  tile(n) {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    const label = document.createElement("span");
    button.type = "button";
    button.className = "cine-tile";
    canvas.width = this.about.columns;
    canvas.height = this.about.rows;
    label.textContent = `Slice ${n + 1}`;
    button.append(canvas, label);
    button.addEventListener("click", () => { this.part.all.checked = false; this.go({slice: n}); });
    this.part.montage.append(button);
    return {button, canvas};
  }

  listen() {
    const {play, back, next, slice, phase, brightness, contrast, all, reset, speed} = this.part;
    play.addEventListener("click", () => this.toggle());
    back.addEventListener("click", () => this.step(-1));
    next.addEventListener("click", () => this.step(1));
    slice.addEventListener("input", () => this.go({slice: slice.value - 1}));
    phase.addEventListener("input", () => { this.pause(); this.go({phase: phase.value - 1}); });
    for (const slider of [brightness, contrast]) slider.addEventListener("input", () => this.window());
    reset.addEventListener("click", () => { brightness.value = 0; contrast.value = 100; speed.value = 1; this.window(); });
    all.addEventListener("change", () => { this.show(); this.say(all.checked ? "All slices side by side." : this.words()); });
    this.root.addEventListener("keydown", event => this.key(event));
  }

  key(event) {
    const onSlider = event.target.matches("input[type=range]");
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (!onSlider && event.target.matches("button, select, input, a, summary")) return;
    const actions = {" ": () => this.toggle()};
    if (!onSlider) Object.assign(actions, {
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      ArrowUp: () => this.go({slice: this.slice + 1}),
      ArrowDown: () => this.go({slice: this.slice - 1}),
      Home: () => { this.pause(); this.go({phase: 0}); },
      End: () => { this.pause(); this.go({phase: this.about.phases.length - 1}); },
    });
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  window() {
    this.table = grayTable(Number(this.part.brightness.value), Number(this.part.contrast.value));
    this.show();
  }

  step(by) {
    const count = this.about.phases.length;
    this.pause();
    this.go({phase: (this.phase + by + count) % count});
  }

  go({slice = this.slice, phase = this.phase}) {
    this.slice = Math.max(0, Math.min(slice, this.about.positions.length - 1));
    this.phase = Math.max(0, Math.min(phase, this.about.phases.length - 1));
    this.show();
    this.say(this.words());
  }

  toggle() { this.playing ? this.pause() : this.play(); }

  play() {
    if (this.playing || this.about.phases.length < 2) return;
    this.playing = true;
    this.shownAt = performance.now();
    this.labelPlay();
    this.say("Playing.");
    requestAnimationFrame(now => this.tick(now));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.labelPlay();
    this.say(`Paused. ${this.words()}`);
  }

  labelPlay() {
    this.part.play.querySelector("[data-word]").textContent = this.playing ? "Pause" : "Play";
    this.part.play.dataset.playing = this.playing;
  }

  /** Advance by as many phases as have passed; a slow screen drops frames and keeps the heart's rate. */
  tick(now) {
    if (!this.playing) return;
    const speed = Number(this.part.speed.value);
    let moved = false;
    for (let n = 0; n < this.about.phases.length; n++) {
      const lasts = Math.max(this.about.durations_ms[this.phase] / speed, SMALLEST_STEP_MS);
      if (now - this.shownAt < lasts) break;
      this.shownAt += lasts;
      this.phase = (this.phase + 1) % this.about.phases.length;
      moved = true;
    }
    if (now - this.shownAt > 1000) this.shownAt = now;
    if (moved) this.show();
    requestAnimationFrame(later => this.tick(later));
  }

  show() {
    const all = this.part.all.checked;
    this.part.single.hidden = all;
    this.part.montage.hidden = !all;
    if (all) this.tiles.forEach(({canvas}, n) => draw(canvas, this.frame(n), this.table));
    else draw(this.part.stage, this.frame(this.slice), this.table);
    this.tiles.forEach(({button}, n) => button.setAttribute("aria-pressed", n === this.slice));
    this.part.slice.value = this.slice + 1;
    this.part.phase.value = this.phase + 1;
    this.part.readout.textContent = this.words();
    this.root.dataset.slice = this.slice;
    this.root.dataset.phase = this.phase;
    if (this.playing) return;
    this.part.slice.setAttribute("aria-valuetext", this.sliceWords());
    this.part.phase.setAttribute("aria-valuetext", this.phaseWords());
  }

  frame(slice) {
    return this.sheets[slice]?.[this.phase] ?? null;
  }

  sliceWords() { return `Slice ${this.slice + 1} of ${this.about.positions.length}`; }

  phaseWords() {
    const time = this.about.timed ? `, ${Math.round(this.about.phases[this.phase])} ms after the R wave` : "";
    return `phase ${this.phase + 1} of ${this.about.phases.length}${time}`;
  }

  words() {
    const missing = this.about.positions[this.slice].tiles[this.phase] === null ? " (no image here)" : "";
    return `${this.sliceWords()}, ${this.phaseWords()}${missing}`;
  }

  say(text) { this.part.status.textContent = text; }
}

async function start(root) {
  const status = root.querySelector("[data-part=status]");
  try {
    const answer = await fetch(root.dataset.cine, {headers: {Accept: "application/json"}});
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const cine = new Cine(root, await answer.json());
    root.querySelector("[data-part=still]").hidden = true;
    root.querySelectorAll("[data-needs-script]").forEach(e => { e.hidden = false; });
    cine.show();
    const loading = cine.load();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) cine.play();
    await loading;
  } catch {
    status.textContent = "The images could not be loaded. Load the page again; if that does not help, sign in again.";
  }
}

const root = document.querySelector("[data-cine]");
if (root) start(root);
