// The sheet for the model that writes. What it shows comes from the server as HTML; a key goes there
// in the body of a request and never comes back. BROKEN are the words where the server does not answer,
// MODEL_WAIT those while it is busy.

const modelSheet = () => document.getElementById("model-sheet");
const modelQuery = location.search.includes("documents=own") ? "?documents=own" : "";
let modelAsked = null; // what ends the trial that is under way

function modelRequest(path, said) {
  const to = `model${path}${modelQuery}`;
  if (said === undefined) return fetch(to);
  modelAsked = new AbortController();
  const headers = { "Content-Type": "application/json" };
  return fetch(to, { method: "POST", headers, body: JSON.stringify(said), signal: modelAsked.signal });
}

function tellModel(place, words) {
  const line = document.createElement("p");
  line.className = "problem";
  line.dir = "auto";
  line.textContent = words;
  place.replaceChildren(line);
}

// What the server says, or else why not, at a place of the sheet.
async function modelSaid(path, said, place) {
  try {
    const answer = await modelRequest(path, said);
    const told = await answer.json();
    if (answer.ok) return told;
    tellModel(place, told.detail);
  } catch (error) {
    if (error.name !== "AbortError") tellModel(place, BROKEN);
  }
  return null;
}

async function showModel() {
  const told = await modelSaid("", undefined, modelSheet());
  if (told) modelSheet().innerHTML = told.shown;
}

const modelForm = () => Object.fromEntries(new FormData(document.querySelector("form.elsewhere")));
const modelTyped = (button) =>
  button.dataset.name === undefined
    ? modelForm()
    : { model: button.dataset.name, base: button.dataset.base, key: "" };

// Each line that arrives takes the place of the one that said what was being done.
async function tryModel(typed) {
  const place = modelSheet().querySelector(".trial");
  const question = modelSheet().querySelector("[name=question]").value;
  place.replaceChildren();
  place.scrollIntoView({ block: "nearest" });
  const answer = await modelRequest("/try", { ...typed, question });
  if (!answer.ok) return tellModel(place, (await answer.json()).detail);
  const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "", piece; !(piece = await lines.read()).done; ) {
    const whole = (rest + piece.value).split("\n");
    rest = whole.pop();
    for (const line of whole) {
      place.querySelector(":scope > .stage")?.remove();
      place.insertAdjacentHTML("beforeend", JSON.parse(line).shown);
    }
  }
}

async function changeModel(path, said) {
  const place = modelSheet().querySelector(".trial");
  const waiting = document.createElement("p");
  waiting.className = "stage";
  waiting.textContent = MODEL_WAIT;
  place.replaceChildren(waiting);
  const told = await modelSaid(path, said, place);
  if (!told) return;
  modelSheet().innerHTML = told.shown;
  modelSheet().querySelector("button").focus();
  trigger("connected");
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("form.elsewhere")) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  if (event.target.closest('[data-panel-of="model"]')) return showModel();
  const button = event.target.closest("[data-model]");
  if (!button || button.disabled) return;
  const does = button.dataset.model;
  const others = modelSheet().querySelectorAll("button");
  modelAsked?.abort();
  others.forEach((one) => (one.disabled = true));
  try {
    if (does === "look") {
      const place = modelSheet().querySelector(".found");
      const told = await modelSaid("/look", {}, place);
      if (told) place.innerHTML = told.shown;
    } else if (does === "list") {
      const told = await modelSaid("/list", modelForm(), modelSheet().querySelector(".trial"));
      const options = (told?.models ?? []).map((name) => new Option(name, name));
      modelSheet().querySelector("datalist").replaceChildren(...options);
      if (options.length) document.querySelector("form.elsewhere [name=model]").value ||= options[0].value;
    } else if (does === "try") await tryModel(modelTyped(button));
    else if (does === "use") await changeModel("/use", modelTyped(button));
    else await changeModel("/leave", {});
  } catch (error) {
    if (error.name !== "AbortError") tellModel(modelSheet().querySelector(".trial"), BROKEN);
  } finally {
    others.forEach((one) => (one.disabled = false));
  }
});
