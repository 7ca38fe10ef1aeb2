// What the next questions are about: the open document, or words that are selected in it. ABOUT and
// ABOUT_WORDS are what a line above the box says of it, ABOUT_NO_MORE the words of what ends it,
// ASK_ABOUT_WORDS those of what stands beside selected words.

const LONGEST_WORDS = 300;
let about = null; // { document, title, words }
const aboutLine = document.createElement("p");
aboutLine.className = "about";

function setAbout(next) {
  about = next;
  aboutLine.remove();
  if (!next) return;
  const told = document.createElement("span");
  told.dir = "auto";
  told.textContent = next.words
    ? ABOUT_WORDS.replace("{words}", next.words).replace("{}", next.title)
    : ABOUT.replace("{}", next.title);
  const end = document.createElement("button");
  end.type = "button";
  end.textContent = ABOUT_NO_MORE;
  end.addEventListener("click", () => {
    setAbout(null);
    box().focus();
  });
  aboutLine.replaceChildren(told, " ", end);
  document.getElementById("editing").before(aboutLine);
}

// A question about selected words holds them, so that it is read and kept with them.
const withWords = (question) => (about?.words ? `${question.trim()} (“${about.words}”)` : question);

function askAbout(what) {
  setAbout(what);
  offer.hidden = true;
  if (phone.matches && body.dataset.panel) {
    hide();
    stepBack();
  }
  box().focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-about]:not([data-ask])");
  if (button) askAbout({ document: button.dataset.about, title: button.dataset.title, words: "" });
});

// Beside words that are selected in the open document.
const offer = document.createElement("button");
offer.type = "button";
offer.id = "ask-about-words";
offer.textContent = ASK_ABOUT_WORDS;
offer.hidden = true;
let selected = "";

document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const inside = selection.rangeCount && element.contains(selection.anchorNode) && scroller();
  selected = inside ? selection.toString().replace(/\s+/g, " ").trim() : "";
  const edge = selected && selection.getRangeAt(0).getBoundingClientRect();
  // The words that are shown as found are selected by nobody.
  offer.hidden = selected.length < 3 || !edge || !edge.width || document.activeElement === box();
  if (offer.hidden) return;
  element.append(offer);
  const pane = element.getBoundingClientRect();
  const top = edge.top - offer.offsetHeight - 6;
  const left = edge.left + edge.width / 2 - offer.offsetWidth / 2;
  offer.style.top = `${Math.max(top > pane.top + 40 ? top : edge.bottom + 6, 4)}px`;
  offer.style.left = `${Math.min(Math.max(left, pane.left + 4), pane.right - offer.offsetWidth - 4)}px`;
});
// Otherwise the selection goes before the click arrives.
offer.addEventListener("pointerdown", (event) => event.preventDefault());
offer.addEventListener("click", () => {
  const words = selected.length > LONGEST_WORDS ? `${selected.slice(0, LONGEST_WORDS)}…` : selected;
  const { document: id } = JSON.parse(opened);
  askAbout({ document: id, title: element.querySelector("h2").textContent, words });
});
