// The script of the list of conversations (a gr.HTML component), and of what can be done with an
// answer. Gradio runs it once, with `trigger` to call the page's handlers.

const address = () => new URLSearchParams(location.search);

// The address names the open conversation, so that a reload shows it again. One that was chosen is a
// step, so that Back opens the one before.
function name(conversation, { asStep = false } = {}) {
  const now = address();
  now.delete("answer");
  if (conversation) now.set("conversation", conversation);
  else now.delete("conversation");
  const query = now.toString();
  const detail = { address: query ? `?${query}` : location.pathname, asStep };
  document.dispatchEvent(new CustomEvent("footnote:named", { detail }));
}

window.addEventListener("popstate", () => {
  const wanted = address().get("conversation") ?? "";
  if (wanted === (shown ?? "")) return;
  shown = wanted;
  trigger("resume", { id: wanted });
});

function say(button, words) {
  const before = button.textContent;
  button.textContent = words;
  setTimeout(() => (button.textContent = before), 1600);
}

// Footnotes come along both ways: as Markdown where only text is taken, else as a page.
async function copy(button) {
  const page = await fetch(button.dataset.copy);
  const plain = await fetch(button.dataset.copy.replace("footnote.html", "footnote.md"));
  if (!page.ok || !plain.ok) return say(button, SAID.notCopied);
  const item = new ClipboardItem({
    "text/html": new Blob([await page.text()], { type: "text/html" }),
    "text/plain": new Blob([await plain.text()], { type: "text/plain" }),
  });
  await navigator.clipboard.write([item]);
  say(button, SAID.copied);
}

async function link(button) {
  await navigator.clipboard.writeText(new URL(button.dataset.link, location.href).href);
  say(button, SAID.linkCopied);
}

function rate(button) {
  const bar = button.closest(".actions");
  const pressed = button.getAttribute("aria-pressed") !== "true";
  for (const thumb of bar.querySelectorAll(".thumb")) {
    thumb.setAttribute("aria-pressed", String(pressed && thumb === button));
  }
  const form = bar.nextElementSibling;
  form.hidden = !pressed;
  const reason = pressed ? form.querySelector("textarea").value : "";
  trigger("rate", { answer: bar.dataset.kept, verdict: pressed ? button.dataset.rate : "", reason });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.reason");
  if (!form) return;
  event.preventDefault();
  const pressed = form.previousElementSibling.querySelector('.thumb[aria-pressed="true"]');
  const reason = form.querySelector("textarea").value;
  trigger("rate", { answer: form.dataset.reason, verdict: pressed.dataset.rate, reason });
  say(form.querySelector("button"), SAID.thanks);
});

// What is open closes with Escape, and nothing else with it.
document.addEventListener(
  "keydown",
  (event) => {
    // A question that is open over all else is closed by the browser.
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    const open = "details.menu[open], :is(.kept, .documents, #source) details[open]";
    const menu = [...document.querySelectorAll(open)].filter((one) => one.checkVisibility()).at(-1);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  },
  true,
);

// On a phone a panel lies over the conversation.
function uncover(panel) {
  const close = document.querySelector(`${panel} .close`);
  if (close.checkVisibility() && matchMedia("(max-width: 899px)").matches) close.click();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#set-footnotes")) uncover("#draft");
  const open = document.querySelector("details.menu[open]");
  if (open && !open.contains(event.target)) open.open = false;
  const target = event.target.closest(
    "[data-resume], [data-rename], [data-pin], [data-discard], [data-copy], [data-link], [data-edit], [data-rate], [data-earlier]",
  );
  if (!target) return;
  const { resume, rename, discard, edit } = target.dataset;
  if (resume !== undefined) {
    shown = resume;
    name(resume, { asStep: true });
    trigger("resume", { id: resume });
    uncover("#conversations");
  } else if (rename !== undefined) {
    trigger("rename", { id: rename, title: target.parentElement.querySelector("input").value });
  } else if (target.dataset.pin !== undefined) {
    trigger("pin", { id: target.dataset.pin, pinned: target.dataset.pinned === "true" });
  } else if (discard !== undefined) {
    if (address().get("conversation") === discard) name("");
    trigger("discard", { id: discard });
  } else if (edit !== undefined) trigger("edit", { turn: Number(edit) });
  else if (target.dataset.earlier !== undefined) trigger("earlier");
  else if (target.dataset.copy !== undefined) copy(target);
  else if (target.dataset.link !== undefined) link(target);
  else rate(target);
});

let shown = address().get("conversation");
let wanted = address().get("answer");
new MutationObserver(() => {
  const bars = document.querySelectorAll("#transcript .actions");
  const last = bars[bars.length - 1];
  if (wanted && last) {
    const bar = document.querySelector(`#transcript .actions[data-kept="${CSS.escape(wanted)}"]`);
    wanted = null;
    requestAnimationFrame(() => bar?.closest(".turn").scrollIntoView({ block: "start" }));
  }
  if (last && last.dataset.conversation !== shown) {
    shown = last.dataset.conversation;
    name(shown);
  }
}).observe(document.body, { childList: true, subtree: true });
