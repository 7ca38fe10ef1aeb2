// The script of the source pane (a gr.HTML component). Gradio runs it once, with the pane as
// `element`, `trigger` to call the page's handlers, and `watch` to hear of new content.

const body = document.body;
const phone = window.matchMedia("(max-width: 899px)");
let openedBy = null; // the id of the link that opened the pane: a turn may be drawn anew meanwhile
let below = null; // the panel that the source covers on a phone
let kept = null; // the scroll position to keep while more of the text arrives

const scroller = () => element.querySelector(".text");

// Below a sheet nothing can be reached; beside the pane everything can.
function cover() {
  document.getElementById("conversation").inert = phone.matches && "panel" in body.dataset;
}

function show(name) {
  body.dataset.panel = name;
  cover();
}

function hide() {
  delete body.dataset.panel;
  cover();
}

function close() {
  const opener = document.getElementById(openedBy);
  if (below) show(below);
  else hide();
  (opener ?? document.querySelector("#question textarea")).focus();
  openedBy = below = null;
}

function reveal() {
  element.classList.remove("waiting");
  const text = scroller();
  if (!text) {
    element.querySelector(".close").focus();
  } else if (kept) {
    text.scrollTop = kept.before ? text.scrollHeight - kept.fromEnd : kept.top;
    kept = null;
  } else {
    const passage = text.querySelector("mark");
    const target = passage ?? element.querySelector("h2");
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    if (passage) passage.scrollIntoView({ block: "center" });
    else text.scrollTop = 0;
  }
}

function open(link) {
  openedBy = link.id;
  below = link.closest("#library") && phone.matches ? "library" : null;
  show("source");
  const shown = element.querySelector("article")?.dataset.place;
  if (shown === link.dataset.open) return reveal();
  element.classList.add("waiting");
  trigger("open", JSON.parse(link.dataset.open));
}

function more(button) {
  const text = scroller();
  kept = {
    before: button.dataset.more === "before",
    top: text.scrollTop,
    fromEnd: text.scrollHeight - text.scrollTop,
  };
  const place = JSON.parse(button.closest("article").dataset.place);
  trigger("open", { ...place, first: button.dataset.first, last: button.dataset.last });
}

document.addEventListener("click", (event) => {
  const target = event.target.closest(
    "[data-open], [data-more], [data-close], [data-panel-of], [data-ask], [data-remove]",
  );
  if (!target) return;
  const { open: place, more: side, close: closes, panelOf, ask, remove } = target.dataset;
  if (place !== undefined) {
    event.preventDefault();
    open(target);
  } else if (side !== undefined) more(target);
  else if (closes !== undefined) close();
  else if (panelOf !== undefined) {
    openedBy = null;
    show(panelOf);
    document.querySelector(`#${panelOf} .close`).focus();
  } else if (ask !== undefined) trigger("ask", { question: ask });
  else if (remove !== undefined) trigger("remove", { document: remove });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && body.dataset.panel) close();
});

watch("value", reveal);
// A permalink opens the page with the source already on its way.
if (new URLSearchParams(location.search).has("cite")) show("source");
phone.addEventListener("change", cover);

// A new question goes to the top of the view, so that its answer is read from its beginning. The
// conversation may not be on the page yet when this runs, hence the observer of the whole page.
let turns = 0;
new MutationObserver(() => {
  const articles = document.querySelectorAll("#transcript .turn");
  if (articles.length > turns) articles[articles.length - 1].scrollIntoView({ block: "start" });
  turns = articles.length;
}).observe(body, { childList: true, subtree: true });
