// Brings chosen or dragged files to the desk, one request each, then asks it to look at them. Nothing is sent yet.

const AT_ONCE = 4;
const zone = document.querySelector("[data-zone]");
const csrf = zone.dataset.csrf;
const status = document.querySelector("[data-status]");
const bar = document.querySelector("[data-bar]");
const problem = document.querySelector("[data-problem]");
let busy = false;

function say(text) { status.textContent = text; }

function fail(sentence) {
  busy = false;
  bar.hidden = true;
  say("");
  problem.hidden = false;
  problem.textContent = sentence;
  problem.focus();
}

async function ask(address) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ csrf }) });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.sentence || refusal(answer.status));
  return said;
}

function refusal(code) {
  return code === 401 || code === 403
    ? "You are signed out. Load the page again and sign in."
    : `The desk did not take it (answer ${code}). Try again; if it stays so, tell hospital IT.`;
}

async function bring(id, { file, name }) {
  const headers = { "X-CSRF-Token": csrf, "X-File-Name": encodeURIComponent(name) };
  let answer;
  try {
    answer = await fetch(`/drop/${id}/files`, { method: "POST", body: file, headers });
  } catch {
    throw new Error("A file could not be read or brought to the desk. Is the disc still in the drive?");
  }
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    throw new Error(said.sentence || refusal(answer.status));
  }
}

async function take(files) {
  if (busy) return;
  if (!files.length) { fail("There was no file in it."); return; }
  busy = true;
  problem.hidden = true;
  bar.hidden = false;
  bar.max = files.length;
  bar.value = 0;
  try {
    const { id } = await ask("/drop");
    const waiting = files.slice();
    let done = 0;
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await bring(id, next);
        done += 1;
        bar.value = done;
        say(`Bringing file ${done} of ${files.length} to the desk …`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const { page } = await ask(`/drop/${id}/look`);
    window.location.assign(page);
  } catch (error) {
    fail(error.message);
  }
}

function listed(input) {
  return [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((good, bad) => entry.file(good, bad));
    found.push({ file, name: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const entries = await new Promise((good, bad) => reader.readEntries(good, bad));
    if (!entries.length) return;
    for (const inner of entries) await walk(inner, found);
  }
}

for (const input of document.querySelectorAll("[data-pick]")) {
  input.addEventListener("change", () => take(listed(input)));
}
zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", async (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const found = [];
  try {
    say("Reading the folder …");
    for (const entry of entries) await walk(entry, found);
  } catch {
    fail("The folder could not be read. Is the disc still in the drive?");
    return;
  }
  await take(found);
});
zone.hidden = false;
