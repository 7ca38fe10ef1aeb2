// The quote of a footnote, shown while the pointer is on its number or the keyboard has reached it.

const peek = document.createElement("div");
peek.id = "peek";
peek.setAttribute("role", "tooltip");
peek.hidden = true;
let peeked = null; // the footnote whose quote is shown
let leaving = 0;

function showPeek(link) {
  clearTimeout(leaving);
  if (peeked === link) return;
  peeked = link;
  const parts = { b: link.dataset.source, small: link.dataset.where, q: link.dataset.quote };
  peek.replaceChildren(
    ...Object.entries(parts).map(([name, text]) => {
      const part = document.createElement(name);
      part.dir = "auto";
      part.textContent = text;
      // What is a quotation already has its own marks.
      part.classList.toggle("marked", name === "q" && /^["“„«「]/.test(text));
      return part;
    }),
  );
  // Inside the conversation: nothing that a reader of the page finds stands outside its parts.
  document.getElementById("conversation").append(peek);
  peek.hidden = false;
  const number = link.getBoundingClientRect();
  const column = link.closest(".said").getBoundingClientRect();
  const width = Math.min(column.width, 544);
  peek.style.width = `${width}px`;
  const left = Math.min(Math.max(number.left - width / 2, column.left), column.right - width);
  peek.style.left = `${left}px`;
  const room = document.getElementById("transcript").getBoundingClientRect().top;
  const above = number.top - peek.offsetHeight - 4;
  peek.style.top = `${above > room ? above : number.bottom + 4}px`;
}

// Whether there was one.
function dismissPeek() {
  clearTimeout(leaving);
  const was = !peek.hidden;
  peek.hidden = true;
  peeked = null;
  return was;
}

const leave = () => (leaving = setTimeout(dismissPeek, 150));

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const link = event.target.closest(".ref");
  if (link) showPeek(link);
  else if (peek.contains(event.target)) clearTimeout(leaving);
  else if (peeked && !peeked.matches(":focus-visible")) leave();
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".ref:focus-visible")) showPeek(event.target);
  else if (!peek.contains(event.target)) dismissPeek();
});
document.addEventListener("click", dismissPeek);
document.addEventListener("scroll", (event) => event.target !== peek && dismissPeek(), true);
