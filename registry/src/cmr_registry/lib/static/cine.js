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
    const gray = new Uint8Array(rows * columns);
    for (let i = 0; i < gray.length; i++) gray[i] = data[4 * i];
    return gray;
  });
}

/** Table from gray value to opaque RGBA for a brightness (gray values, -128..128) and a contrast (percent). */
function grayTable(brightness, contrast) {
  return Uint32Array.from({length: 256}, (_, gray) => {
    const shown = Math.max(0, Math.min(255, Math.round((gray + brightness - 127.5) * (contrast / 100) + 127.5)));
    return (0xff000000 | (shown * 0x010101)) >>> 0;
  });
}

/** Brightness and contrast that spread the middle 98 % of the gray values in the center of a frame. */
function spread(frame, {rows, columns}) {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let y = rows >> 2; y < rows - (rows >> 2); y++)
    for (let x = columns >> 2; x < columns - (columns >> 2); x++, total++) counts[frame[y * columns + x]]++;
  const at = share => { let seen = 0, gray = 0; while (gray < 255 && (seen += counts[gray]) < share * total) gray++; return gray; };
  const low = at(0.01), high = Math.max(at(0.99), low + 1);
  return {contrast: 100 * 255 / (high - low), brightness: 127.5 - (low + high) / 2};
}

/** A canvas that draws gray frames through a table; one picture buffer for its whole life. */
class Screen {
  constructor(canvas, {rows, columns}) {
    canvas.width = columns;
    canvas.height = rows;
    this.context = canvas.getContext("2d");
    this.picture = this.context.createImageData(columns, rows);
    this.pixels = new Uint32Array(this.picture.data.buffer);
  }

  draw(frame, table) {
    if (frame) for (let i = 0; i < frame.length; i++) this.pixels[i] = table[frame[i]];
    else this.pixels.fill(0xff000000);
    this.context.putImageData(this.picture, 0, 0);
  }
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
    this.stage = new Screen(this.part.stage, description);
    this.part.slice.max = description.positions.length;
    this.part.phase.max = description.phases.length;
    this.tiles = description.positions.map((_, n) => this.tile(n));
    this.listen();
  }

  /** Load the shown slice first, then its neighbors outward, a few at a time. */
  async load() {
    const order = this.about.positions.map((_, n) => n);
    const wanted = this.slice;
    order.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
    let done = 0;
    const next = async () => {
      for (let n = order.shift(); n !== undefined; n = order.shift()) {
        this.sheets[n] = await loadSheet(this.about.positions[n], this.about);
        this.part.progress.value = ++done / this.about.positions.length;
        this.show();
      }
    };
    await Promise.all([next(), next(), next()]);
    this.part.progress.hidden = true;
    this.root.dataset.loaded = "all";
  }

  tile(n) {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    const label = document.createElement("span");
    button.type = "button";
    button.className = "cine-tile";
    label.textContent = `Slice ${n + 1}`;
    button.append(canvas, label);
    button.addEventListener("click", () => { this.part.all.checked = false; this.go({slice: n}); });
    this.part.montage.append(button);
    return {button, screen: new Screen(canvas, this.about)};
  }

  listen() {
    const {play, back, next, slice, phase, brightness, contrast, all, auto, reset, speed} = this.part;
    play.addEventListener("click", () => this.toggle());
    back.addEventListener("click", () => this.step(-1));
    next.addEventListener("click", () => this.step(1));
    slice.addEventListener("input", () => this.go({slice: slice.value - 1}));
    phase.addEventListener("input", () => { this.pause(); this.go({phase: phase.value - 1}); });
    for (const slider of [brightness, contrast]) slider.addEventListener("input", () => this.window());
    reset.addEventListener("click", () => { brightness.value = 0; contrast.value = 100; speed.value = 1; this.window(); });
    auto.addEventListener("click", () => this.auto());
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

  auto() {
    const frame = this.frame(this.slice);
    if (!frame) return;
    const found = spread(frame, this.about);
    this.part.brightness.value = found.brightness;
    this.part.contrast.value = found.contrast;
    this.window();
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
    if (all) this.tiles.forEach(({screen}, n) => screen.draw(this.frame(n), this.table));
    else this.stage.draw(this.frame(this.slice), this.table);
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
  const part = name => root.querySelector(`[data-part=${name}]`);
  try {
    const answer = await fetch(root.dataset.cine, {headers: {Accept: "application/json"}});
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const cine = new Cine(root, await answer.json());
    for (const name of ["still", "note"]) part(name).hidden = true;
    root.querySelectorAll("[data-needs-script]").forEach(e => { e.hidden = false; });
    cine.show();
    const loading = cine.load();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) cine.play();
    await loading;
  } catch {
    part("note").textContent = "The images could not be loaded. Load the page again; if that does not help, sign in again.";
    part("note").hidden = false;
    part("status").textContent = part("note").textContent;
  }
}

const root = document.querySelector("[data-cine]");
if (root) start(root);
