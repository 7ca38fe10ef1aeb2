// Sending a question. The box is emptied here and at once, so that no letter typed meanwhile is lost
// or gets into the question before; the text comes back where the question could not be sent.
// LONGEST is the limit in characters, TOO_LONG the words about it,
// NOT_SENT those about a question that did not arrive.

const box = () => document.querySelector("#question textarea");
const lastTurn = () => [...document.querySelectorAll("#transcript .turn")].at(-1);
const answering = () => document.querySelector('#transcript .turn[aria-busy="true"]') !== null;
const faults = () => [...document.querySelectorAll(".toast-body.error")];
let sent = null; // a question on its way: the page does not show it yet
let aside = ""; // what stood in the box before an earlier question was put there

function put(text) {
  box().value = text;
  box().dispatchEvent(new InputEvent("input", { bubbles: true }));
}

// A line above the box: why what is in it is not sent.
const unsent = document.createElement("p");
unsent.className = "problem unsent";
unsent.setAttribute("role", "alert");

function tell(words) {
  unsent.textContent = words;
  document.getElementById("editing").before(unsent);
}

// Whether the question can be sent; that it is too long is told while it is in the box.
function fits(question) {
  const length = [...question].length;
  if (length <= LONGEST) {
    unsent.remove();
    return true;
  }
  const [most, now] = [LONGEST, length].map((number) => number.toLocaleString("en"));
  tell(TOO_LONG.replace("{most}", most).replace("{now}", now));
  return false;
}

function sendQuestion(question, more = {}) {
  if (sent !== null || answering()) return false;
  sent = { question, before: lastTurn()?.id, faults: faults() };
  trigger("ask", { question, documents: tickedDocuments(), ...more });
  return true;
}

function sendTyped() {
  const question = withWords(box().value);
  if (!box().value.trim() || !fits(question.trim())) return;
  if (sendQuestion(question, about ? { about: about.document } : {})) {
    aside = "";
    put("");
    // The document stays what is asked about, the words do not.
    if (about?.words) setAbout({ ...about, words: "" });
  }
}

// Before Gradio's own listeners, which stand further in.
document.addEventListener(
  "keydown",
  (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!sends || !event.target.matches("#question textarea")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    sendTyped();
  },
  true,
);
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest('#question [data-testid="submit-button"]')) return;
    event.stopImmediatePropagation();
    sendTyped();
  },
  true,
);
document.addEventListener("input", (event) => {
  if (event.target.matches("#question textarea")) fits(event.target.value.trim());
});

// An earlier question takes the place of what is typed, which comes back when that is cancelled.
document.addEventListener("click", (event) => {
  const edit = event.target.closest("[data-edit]")?.dataset.edit;
  if (edit === undefined || answering()) return;
  if (edit === "0") {
    put(aside);
    aside = "";
  } else {
    if (!document.querySelector("#editing .editing")) aside = box().value;
    put(document.querySelector(`#t${edit} .question`).textContent);
  }
  box().focus();
});

new MutationObserver(() => {
  if (sent === null) return;
  if (answering() || (lastTurn() && lastTurn().id !== sent.before)) sent = null;
  else if (faults().some((fault) => !sent.faults.includes(fault))) {
    if (!box().value) put(sent.question);
    setAbout(about);
    sent = null;
    tell(NOT_SENT);
  }
}).observe(document.body, { childList: true, subtree: true, attributeFilter: ["aria-busy"] });

// What was put there before this ran.
if (box()) fits(box().value.trim());
