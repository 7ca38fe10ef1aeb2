// The source pane: opening a place, stepping through what is cited of a document, turning pages,
// and the size of a page.

const ZOOMS = [1, 1.25, 1.5, 2, 3];
const MARGIN = 12; // pixels left of the cited lines
let opened = ""; // the place that is open, as its links hold it
let view = "page"; // or "text", as it was chosen last
let zoom = 1; // as wide as the pane
let finding = ""; // words that are looked for in the open document
let arriving = {}; // what to do once the content is there: `focus` a selector, `scroll` a position

const scroller = () => element.querySelector(".text, .sheet");

function ask(more, then = {}) {
  arriving = then;
  const width = Math.ceil(element.clientWidth * zoom * window.devicePixelRatio);
  trigger("open", { ...JSON.parse(opened), view, width, find: finding, ...more });
}

function open(link) {
  openedBy = link.id;
  below = link.closest("#library") && phone.matches ? "library" : null;
  show("source");
  reopen(link.dataset.open);
  takeStep();
}

function reopen(place) {
  if (opened === place && element.querySelector("mark")) {
    arriving = {};
    reveal();
  } else {
    if (opened && JSON.parse(opened).document !== JSON.parse(place).document) finding = "";
    opened = place;
    element.classList.add("waiting");
    ask({});
  }
  markOpened();
}

function reveal() {
  element.classList.remove("waiting");
  const box = scroller();
  if (!box) {
    element.querySelector(".close")?.focus();
    return;
  }
  showZoom();
  showSteps();
  const passage = box.querySelector("mark");
  if (arriving.top !== undefined) box.scrollTop = arriving.top;
  else if (arriving.fromEnd !== undefined) box.scrollTop = box.scrollHeight - arriving.fromEnd;
  else if (passage) {
    passage.scrollIntoView({ block: "center" });
    // A page larger than the pane is shown from where the cited lines begin.
    const lefts = [...box.querySelectorAll("mark")].map((mark) => mark.getBoundingClientRect().left);
    box.scrollLeft += Math.min(...lefts) - box.getBoundingClientRect().left - MARGIN;
  } else box.scrollTop = 0;
  let target = passage ?? element.querySelector("h2");
  if (arriving.focus) {
    target = element.querySelector(`${arriving.focus}:not(:disabled)`) ?? box;
  } else if (arriving.top !== undefined || arriving.fromEnd !== undefined) target = box;
  else target.tabIndex = -1;
  target.focus({ preventScroll: true });
  arriving = {};
}

// What is cited of the open document in the turn whose link opened it, each place once.
function cited() {
  const turn = document.getElementById(openedBy)?.closest(".turn");
  if (!turn) return [];
  const { document: id, version } = JSON.parse(opened);
  const links = new Map();
  for (const link of turn.querySelectorAll("[data-open]")) {
    const place = JSON.parse(link.dataset.open);
    if (place.document === id && place.version === version) links.set(link.dataset.open, link);
  }
  return [...links.values()];
}

function showSteps() {
  const steps = element.querySelector(".steps");
  const links = cited();
  const at = links.findIndex((link) => link.dataset.open === opened);
  steps.hidden = links.length < 2 || at < 0;
  const words = steps.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("{at}", at + 1).replace("{all}", links.length);
  for (const button of steps.querySelectorAll("[data-step]")) {
    button.disabled = !links[at + Number(button.dataset.step)];
  }
}

function step(by) {
  const links = cited();
  const next = links[links.findIndex((link) => link.dataset.open === opened) + by];
  openedBy = next.id;
  opened = next.dataset.open;
  ask({}, { focus: `[data-step="${by}"]` });
  takeStep();
  markOpened();
}

// The footnote that is open is told apart from the others, also once its turn is drawn anew.
function markOpened() {
  const shown = body.dataset.panel === "source" ? opened : null;
  for (const link of document.querySelectorAll("#transcript [data-open]")) {
    if (link.dataset.open === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function showZoom() {
  const paper = element.querySelector(".paper");
  if (!paper) return;
  element.style.setProperty("--zoom", zoom);
  element.querySelector(".zooming output").textContent = `${Math.round(zoom * 100)}%`;
  for (const button of element.querySelectorAll("[data-zoom]")) {
    button.disabled = !ZOOMS[ZOOMS.indexOf(zoom) + Number(button.dataset.zoom)];
  }
  sharpen(paper);
}

// A larger page is asked for once it is shown larger than its picture is.
async function sharpen(paper) {
  const image = paper.querySelector("img");
  const wanted = Math.ceil(paper.clientWidth * window.devicePixelRatio);
  if (wanted <= image.width_asked || wanted <= image.getAttribute("width")) return;
  image.width_asked = wanted;
  const finer = new Image();
  finer.src = image.src.replace(/width=\d+/, `width=${wanted}`);
  await finer.decode();
  image.src = finer.src;
}

function resize(by) {
  const box = scroller();
  const middle = (box.scrollTop + box.clientHeight / 2) / box.scrollHeight;
  const across = (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth;
  zoom = ZOOMS[ZOOMS.indexOf(zoom) + by] ?? zoom;
  showZoom();
  box.scrollTop = middle * box.scrollHeight - box.clientHeight / 2;
  box.scrollLeft = across * box.scrollWidth - box.clientWidth / 2;
}

function more(button) {
  const box = scroller();
  const before = button.dataset.more === "before";
  const kept = before ? { fromEnd: box.scrollHeight - box.scrollTop } : { top: box.scrollTop };
  ask({ view: "text", first: button.dataset.first, last: button.dataset.last }, kept);
}

element.addEventListener("click", (event) => {
  const hit = event.target.closest(".finding [data-open]");
  if (hit) {
    // From one place to the next the keyboard stays where it is.
    event.preventDefault();
    event.stopPropagation();
    opened = hit.dataset.open;
    ask({}, { focus: `#${hit.id}` });
    return;
  }
  const button = event.target.closest("button");
  if (!button) return;
  const { more: side, view: chosen, turn, way, step: by, zoom: larger } = button.dataset;
  if (side !== undefined) more(button);
  else if (chosen !== undefined) {
    view = chosen;
    ask({}, { focus: `[data-view="${chosen}"]` });
  } else if (turn !== undefined) {
    ask({ page: turn }, way === undefined ? {} : { focus: `[data-way="${way}"]` });
  } else if (by !== undefined) step(Number(by));
  else if (larger !== undefined) resize(Number(larger));
});

// The first place behind the one that is open is shown; once more, the next.
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = event.target.elements.find.value.trim();
  const after = element.querySelector("#found-after");
  if (wanted && wanted === finding && after) {
    opened = after.dataset.open;
    ask({}, { focus: "[name=find]" });
    return;
  }
  finding = wanted;
  ask({ go: true }, { focus: "[name=find]" });
});

element.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches("[data-turning]")) return;
  field.value = Math.min(Math.max(Math.round(field.value), 1), field.max);
  ask({ page: field.value }, { focus: "[data-turning]" });
});

watch("value", () => {
  opened = element.querySelector("article")?.dataset.place || opened;
  reveal();
});
// A permalink opens the page with the source already on its way.
if (new URLSearchParams(location.search).has("cite")) show("source");
