// Where the machine has no font for a script, its letters are boxes; a line says for which. A letter that
// is drawn as one that nobody has assigned is such a box. NO_FONT is what is said.

const SAMPLES = {
  Arabic: "ع", Armenian: "Ա", Bengali: "ক", Cyrillic: "Ж", Devanagari: "क", Ethiopic: "አ", Georgian: "ა",
  Greek: "Ω", Gujarati: "ક", Gurmukhi: "ਕ", Han: "語", Hangul: "한", Hebrew: "ש", Hiragana: "あ", Kannada: "ಕ",
  Katakana: "ア", Khmer: "ក", Lao: "ກ", Malayalam: "ക", Myanmar: "က", Sinhala: "ක", Tamil: "க", Telugu: "క",
  Thai: "ก", Tibetan: "ཀ",
};
const UNASSIGNED = "\u{10FFFE}";
const fontless = document.createElement("p");
fontless.className = "notice fontless";
fontless.setAttribute("role", "status");
const judgedScripts = new Map(); // by name, whether there is a font

function drawn(letter) {
  const canvas = new OffscreenCanvas(48, 48);
  const brush = canvas.getContext("2d");
  brush.font = `32px ${getComputedStyle(body).fontFamily}`;
  brush.fillText(letter, 4, 36);
  return brush.getImageData(0, 0, 48, 48).data.join();
}

function hasFont(script) {
  if (!judgedScripts.has(script)) judgedScripts.set(script, drawn(SAMPLES[script]) !== drawn(UNASSIGNED));
  return judgedScripts.get(script);
}

function tellFonts() {
  const shown = `${element.textContent} ${document.getElementById("transcript")?.textContent ?? ""}`;
  const missing = Object.keys(SAMPLES).filter(
    (script) => new RegExp(`\\p{Script=${script}}`, "u").test(shown) && !hasFont(script),
  );
  const words = missing.length ? NO_FONT.replace("{}", missing.join(", ")) : "";
  if (words === fontless.textContent) return;
  fontless.textContent = words;
  if (words) document.getElementById("editing").before(fontless);
  else fontless.remove();
}

let fontsDue = 0;
new MutationObserver((changes) => {
  if (changes.every(({ target }) => target === fontless)) return;
  clearTimeout(fontsDue);
  fontsDue = setTimeout(tellFonts, 300);
}).observe(body, { childList: true, subtree: true });
