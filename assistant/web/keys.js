// The keys of the page, on a sheet that ? opens. KEYS are the rows [key, what it does]; KEYS_HEAD,
// KEYS_ON and KEYS_CLOSE the words of the sheet. Single keys count outside of fields alone, and not
// where somebody has turned them off: whoever speaks to their machine may set them off unasked.

const keysSheet = document.createElement("dialog");
keysSheet.id = "keys";
keysSheet.setAttribute("aria-labelledby", "keys-head");
const keysHead = document.createElement("h2");
keysHead.id = "keys-head";
keysHead.textContent = KEYS_HEAD;
const keysList = document.createElement("dl");
for (const [key, does] of KEYS) {
  const [term, told] = [document.createElement("dt"), document.createElement("dd")];
  for (const one of key.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = one;
    term.append(cap, " ");
  }
  told.textContent = does;
  keysList.append(term, told);
}
const keysLabel = document.createElement("label");
const keysOn = document.createElement("input");
keysOn.type = "checkbox";
keysLabel.append(keysOn, ` ${KEYS_ON}`);
const keysClose = document.createElement("button");
keysClose.type = "button";
keysClose.textContent = KEYS_CLOSE;
keysClose.addEventListener("click", () => keysSheet.close());
keysSheet.append(keysHead, keysList, keysLabel, keysClose);
document.body.append(keysSheet);

// A browser without storage keeps them on.
const keysKept = (...given) => {
  try {
    if (given.length) localStorage.setItem("footnote-keys", given[0]);
    return localStorage.getItem("footnote-keys") !== "off";
  } catch {
    return true;
  }
};
keysOn.checked = keysKept();
keysOn.addEventListener("change", () => keysKept(keysOn.checked ? "on" : "off"));

const press = (selector) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility())?.click();
const SINGLE = {
  "/": () => box().focus(),
  "?": () => keysSheet.showModal(),
  f: () => element.querySelector("[name=find]")?.focus(),
  n: () => press('#source [data-step="1"]:not(:disabled)'),
  p: () => press('#source [data-step="-1"]:not(:disabled)'),
  d: () => press('[data-panel-of="library"]'),
  c: () => press('[data-panel-of="conversations"]'),
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) keysSheet.showModal();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable=true], dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn.checked) return;
  const does = SINGLE[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});
