// The panels beside the conversation, and what is done with a click. Gradio runs this once with the
// scripts of the source pane behind it, with the pane (a gr.HTML component) as `element`, `trigger`
// to call the page's handlers, and `watch` to hear of new content.

const body = document.body;
const phone = window.matchMedia("(max-width: 899px)");
let openedBy = null; // the id of the link that opened the pane: a turn may be drawn anew meanwhile
let below = null; // the panel that the source covers on a phone

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
  openedBy = below = null;
  cover();
  markOpened();
}

// Each panel and each place that is opened is a step of the browser's history, and closing goes back
// over them: `depth` counts the steps since nothing was open. They are taken one after the other,
// because going back takes the browser a while.
let steps = Promise.resolve();
let returning = false;

function takeStep() {
  const step = { panel: body.dataset.panel, place: opened, openedBy, below };
  steps = steps.then(() => {
    history.pushState({ ...step, depth: (history.state?.depth ?? 0) + 1 }, "");
  });
}

function stepBack() {
  steps = steps.then(() => {
    const depth = history.state?.depth ?? 0;
    if (!depth) return history.replaceState({}, "");
    returning = true;
    const there = new Promise((arrived) => addEventListener("popstate", arrived, { once: true }));
    history.go(-depth);
    return there;
  });
}

addEventListener("popstate", (event) => {
  if (returning) return (returning = false);
  const { panel, place, openedBy: opener, below: covered } = event.state ?? {};
  if (!panel) return hide();
  openedBy = opener;
  below = covered;
  // A quote that is shown while the pointer is on its number does not stay over what opens.
  dismissPeek();
  show(panel);
  if (panel === "source") reopen(place);
});

// The script of the conversations tells which one the address is to name.
document.addEventListener("footnote:named", ({ detail: { address, asStep } }) => {
  const panel = body.dataset.panel;
  steps = steps.then(() => {
    if (asStep) history.pushState({ panel, depth: 0 }, "", address);
    else history.replaceState(history.state, "", address);
  });
});

function close() {
  if (below) return uncover();
  const opener = document.getElementById(openedBy);
  hide();
  stepBack();
  (opener ?? document.querySelector("#question textarea"))?.focus();
}

// From the source back to what it covers on a phone.
function uncover() {
  const [opener, panel] = [document.getElementById(openedBy), below];
  openedBy = below = null;
  show(panel);
  takeStep();
  opener?.focus();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest(
    "[data-open], [data-close], [data-panel-of], [data-ask], [data-everywhere], [data-remove]," +
      " [data-replace], [data-dismiss]",
  );
  if (!target) return;
  const { open: place, close: closes, panelOf, ask, everywhere, remove, replace } = target.dataset;
  if (place !== undefined) {
    event.preventDefault();
    open(target);
  } else if (closes !== undefined) close();
  else if (panelOf === "library" && !phone.matches && !("panel" in body.dataset)) {
    // Beside the conversation it is always there.
    document.querySelector("#library-head h2").focus();
  } else if (panelOf !== undefined) {
    openedBy = below = null;
    show(panelOf);
    takeStep();
    document.querySelector(`#${panelOf} .close`).focus();
  } else if (ask !== undefined) {
    const { about: document_ = about?.document, engine } = target.dataset;
    sendQuestion(ask, { ...(document_ && { about: document_ }), ...(engine && { engine }) });
  }
  else if (everywhere !== undefined) sendQuestion(everywhere, { everywhere: true });
  else if (target.dataset.dismiss !== undefined) {
    target.closest(".adding").hidden = true;
    document.querySelector("#files input, #files button")?.focus();
  } else if (remove !== undefined) trigger("remove", { document: remove });
  else if (replace !== undefined) {
    trigger("replace", { document: replace });
    document.querySelector("#replacement").click();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || confirming.open || keysSheet.open || dismissPeek()) return;
  const told = document.querySelector("details.engine[open]");
  if (told) told.open = false;
  else if (body.dataset.panel) close();
});

phone.addEventListener("change", cover);

// What is told about connecting a model closes as a menu does.
document.addEventListener("click", (event) => {
  const told = document.querySelector("details.engine[open]");
  if (told && !told.contains(event.target)) told.open = false;
});

// A new question goes to the top of the view, so that its answer is read from its beginning, and
// the source of an earlier one goes. The conversation may not be on the page yet when this runs,
// hence the observer of the whole page.
let last = 0;
let busy = false;
new MutationObserver(() => {
  const articles = document.querySelectorAll("#transcript .turn");
  const turn = articles[articles.length - 1];
  const number = turn ? Number(turn.id.slice(1)) : 0;
  if (number > last) turn.scrollIntoView({ block: "start" });
  last = number;
  const asking = document.querySelector('#transcript .turn[aria-busy="true"]') !== null;
  if (asking && !busy && body.dataset.panel === "source") {
    hide();
    stepBack();
  }
  busy = asking;
  markOpened();
}).observe(body, { childList: true, subtree: true });
