// What a screen reader is told while an answer comes: each sentence once, as it is shown, and at last
// that it is complete. The conversation itself is drawn anew with every step, and says nothing by itself.
// ANSWERED is what is said at the end.

const announcer = document.createElement("div");
announcer.className = "unseen";
announcer.setAttribute("role", "status");
let announcing = null; // the id of the turn that is under way
let announced = new Set(); // of its sentences

function announce(words) {
  if (!words.trim()) return;
  const line = document.createElement("p");
  line.dir = "auto";
  line.textContent = words.trim();
  announcer.append(line);
  // What has been said is of no use below; a few lines, since a reader may be behind.
  while (announcer.children.length > 6) announcer.firstChild.remove();
}

// The sentences of an answer so far, each as it is said, by its words without what was put in.
function sentencesOf(turn) {
  const units = turn.querySelectorAll(".message, .said :is(.supported, .contradicted, .unverified):not(.label, .ref)");
  const found = new Map();
  for (const unit of units) {
    if (unit.closest("details")) continue;
    const copy = unit.cloneNode(true);
    copy.querySelectorAll("sup, .unseen").forEach((one) => one.remove());
    const said = copy.textContent.replace(/\s+/g, " ").trim();
    copy.querySelectorAll(".added").forEach((one) => one.remove());
    found.set(copy.textContent.replace(/\s+/g, " ").trim(), said);
  }
  return found;
}

function follow() {
  const home = document.getElementById("conversation");
  if (!home) return;
  if (!announcer.isConnected) home.append(announcer);
  const turn = lastTurn();
  if (!turn) return;
  const working = turn.getAttribute("aria-busy") === "true";
  if (working && announcing !== turn.id) {
    announcing = turn.id;
    announced = new Set();
    announcer.replaceChildren();
    announce(turn.querySelector(".stage")?.textContent ?? "");
  }
  if (announcing !== turn.id) return;
  for (const [key, said] of sentencesOf(turn)) {
    if (!announced.has(key)) announce(said);
    announced.add(key);
  }
  if (working) return;
  const notes = new Set([...turn.querySelectorAll(".said .ref")].map((one) => one.textContent)).size;
  announce(ANSWERED.replace("{}", notes));
  announcing = null;
}

new MutationObserver(() => requestAnimationFrame(follow)).observe(document.body, {
  childList: true,
  subtree: true,
  attributeFilter: ["aria-busy"],
});

// On paper what is folded is open.
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("#transcript .sources details")) {
    one.dataset.folded = String(!one.open);
    one.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const one of document.querySelectorAll("#transcript [data-folded]")) {
    one.open = one.dataset.folded === "false";
    delete one.dataset.folded;
  }
});
