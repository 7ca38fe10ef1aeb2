// A file that is too large is told by its name and left out, and the others of a selection go on:
// Gradio would refuse them all. The browser knows the size, so nothing of the file is read or sent.
// LARGEST is the limit in bytes, LEFT_OUT the words about a file.

const CHOOSERS = "#files, #folder, #replacement, #draft-file";

function leaveOut(chooser, files) {
  const before = document.querySelector(chooser.id === "draft-file" ? "#draft-file" : "#progress");
  before.parentElement.querySelectorAll(".left-out").forEach((line) => line.remove());
  const kept = new DataTransfer();
  for (const file of files) {
    if (file.size <= LARGEST) {
      kept.items.add(file);
      continue;
    }
    const line = document.createElement("p");
    line.className = "problem left-out";
    line.setAttribute("role", "alert");
    line.dir = "auto";
    line.textContent = LEFT_OUT.replace("{}", file.name);
    before.before(line);
  }
  return kept;
}

// Before Gradio's own listeners, which stand further in.
document.addEventListener(
  "change",
  (event) => {
    const chooser = event.target.type === "file" && event.target.closest(CHOOSERS);
    if (!chooser) return;
    const kept = leaveOut(chooser, event.target.files);
    if (kept.files.length === event.target.files.length) return;
    event.target.files = kept.files;
    if (!kept.files.length) event.stopImmediatePropagation();
  },
  true,
);

// Of a folder that is dropped all files are taken, which Gradio would take for a file itself.
const MOST_FILES = 2000; // the server takes no more at once

async function filesOf(entry, found) {
  if (found.length >= MOST_FILES) return;
  if (entry.isFile) {
    found.push(await new Promise((take, fail) => entry.file(take, fail)));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A folder is told in pieces, the last of which is empty.
    const some = await new Promise((take, fail) => reader.readEntries(take, fail));
    if (!some.length) return;
    for (const one of some) if (!one.name.startsWith(".")) await filesOf(one, found);
  }
}

async function dropFolders(target, entries) {
  const found = [];
  for (const entry of entries) await filesOf(entry, found);
  const all = new DataTransfer();
  for (const file of found) all.items.add(file);
  const again = { bubbles: true, cancelable: true, dataTransfer: all };
  // Files alone: what is too large among them is left out as of any other drop.
  target.dispatchEvent(new DragEvent("drop", again));
}

let sifted = null; // the drop that takes the place of one with files that are too large
document.addEventListener(
  "drop",
  (event) => {
    const chooser = event.target.closest(CHOOSERS);
    if (!chooser || event === sifted) return;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    if (chooser.id === "files" && entries.some((entry) => entry?.isDirectory)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      dropFolders(event.target, entries.filter(Boolean));
      return;
    }
    const files = [...event.dataTransfer.files];
    const kept = leaveOut(chooser, files);
    if (kept.files.length === files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const again = { bubbles: true, cancelable: true, dataTransfer: kept };
    // Without any file it still tells Gradio that nothing hovers there any more.
    sifted = new DragEvent(kept.files.length ? "drop" : "dragleave", again);
    event.target.dispatchEvent(sifted);
  },
  true,
);
