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

let sifted = null; // the drop that takes the place of one with files that are too large
document.addEventListener(
  "drop",
  (event) => {
    const chooser = event.target.closest(CHOOSERS);
    if (!chooser || event === sifted) return;
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
