// The list of documents: searched, sorted, filtered, a page of it at a time; boxes that limit what
// answers come from; fields that are corrected by hand. WORDS are the words.

const tickedDocuments = (() => {
  // What Gradio has not put on the page yet when this runs is looked up when it is used.
  const part = (selector) => document.querySelector(`#library ${selector}`);
  const filters = () => [...document.querySelectorAll("#library [data-filter]")];
  const order = () => part("#order-documents").value;
  const shelf = () => document.querySelector("#documents .documents");
  const ownStore = new URLSearchParams(location.search).get("documents") === "own";
  const TICKED = ownStore ? "footnote-ticked-own" : "footnote-ticked";
  const FEW = 5; // documents below which nothing needs to be found

  let asked = 0; // a number for each list that is asked for: what comes late is not shown
  let filled = false; // whether the filters have their choices

  function library(path, query = {}) {
    const all = new URLSearchParams(ownStore ? { documents: "own", ...query } : query);
    return `library${path}?${all}`;
  }

  function wanted() {
    const chosen = filters().filter((one) => one.value);
    const words = part("#find-documents").value.trim();
    const said = chosen.map((one) => [one.dataset.filter, one.value]);
    return { ...(words ? { words } : {}), ...Object.fromEntries(said) };
  }

  async function load(start) {
    const mine = ++asked;
    let told;
    try {
      const more = { order: order(), start, filters: !filled };
      const answer = await fetch(library("", { ...wanted(), ...more }));
      if (!answer.ok) throw new Error(String(answer.status));
      told = await answer.json();
    } catch {
      if (mine === asked) part(".found").textContent = WORDS.notLoaded;
      return;
    }
    if (mine !== asked || !shelf()) return;
    if (start) shelf().insertAdjacentHTML("beforeend", told.rows);
    else shelf().innerHTML = told.rows;
    shelf().toggleAttribute("data-more", told.more);
    part(".found").textContent = told.rows || start ? told.found : WORDS.noneFound;
    part("[data-tick-all]").hidden = !told.found || !told.rows;
    if (told.choices) fill(told.choices);
    markTicked();
    watchEnd();
  }

  function fill(choices) {
    filled = true;
    for (const select of filters()) {
      const kept = select.value;
      const found = choices[select.dataset.filter];
      const options = found.map(([value, label]) => new Option(label, value, false, value === kept));
      select.replaceChildren(select.options[0], ...options);
      select.closest("label").hidden = found.length < 2 && !kept;
    }
  }

  // More rows come before the end of the list is seen.
  const end = new IntersectionObserver(
    (seen) => {
      if (seen.some((one) => one.isIntersecting)) {
        end.disconnect();
        load(shelf().querySelectorAll(":scope > li").length);
      }
    },
    { root: null, rootMargin: "600px" },
  );

  function watchEnd() {
    end.disconnect();
    const list = shelf();
    if (list?.hasAttribute("data-more")) end.observe(list.lastElementChild);
  }

  let typing = 0;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "find-documents") return;
    clearTimeout(typing);
    typing = setTimeout(() => load(0), 120);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("#order-documents, [data-filter]")) load(0);
    const id = target.dataset.tick;
    if (id === undefined) return;
    const now = new Set(ticked);
    if (target.checked) now.add(id);
    else now.delete(id);
    limit(now);
  });

  // What is ticked ------------------------------------------------------------------------------

  let ticked = new Set();
  try {
    ticked = new Set(JSON.parse(sessionStorage.getItem(TICKED)) ?? []);
  } catch {
    // A browser that keeps nothing limits nothing after a reload.
  }

  function markTicked() {
    for (const box of document.querySelectorAll("#documents [data-tick]")) {
      box.checked = ticked.has(box.dataset.tick);
    }
    const line = part(".limited");
    line.hidden = ticked.size === 0;
    const many = WORDS.limitedMany.replace("{n}", ticked.size.toLocaleString("en"));
    line.firstElementChild.textContent = ticked.size === 1 ? WORDS.limitedOne : many;
  }

  function limit(documents) {
    ticked = new Set(documents);
    try {
      sessionStorage.setItem(TICKED, JSON.stringify([...ticked]));
    } catch {
      // Then it lasts as long as the page.
    }
    markTicked();
    trigger("tick", { documents: [...ticked] });
  }

  document.addEventListener("click", async (event) => {
    const collections = event.target.closest("[data-collections]");
    if (collections && ticked.size) {
      // What is ticked is chosen there already.
      const to = new URL(collections.href);
      to.searchParams.set("ticked", [...ticked].slice(0, 1000).join(","));
      collections.href = to.href;
    } else if (event.target.closest("[data-untick]")) {
      limit([]);
      part("#library-head h2").focus();
    } else if (event.target.closest("[data-tick-all]")) {
      const answer = await fetch(library("/ids", wanted()));
      if (answer.ok) limit(await answer.json());
    }
  });

  // A document's details --------------------------------------------------------------------------

  const detailsOf = (id) => library(`/document/${encodeURIComponent(id)}`);

  document.addEventListener(
    "toggle",
    async (event) => {
      if (event.target.matches("#library .filters") && event.target.open && !filled) load(0);
      const id = event.target.dataset.moreOf;
      const place = event.target.querySelector(":scope > div");
      if (id === undefined || !event.target.open || place.childElementCount) return;
      const answer = await fetch(detailsOf(id));
      const told = await answer.json();
      if (answer.ok) place.innerHTML = told.details;
      else place.textContent = told.detail;
    },
    true,
  );

  async function correct(form, fields) {
    const line = form.querySelector(".told");
    const id = form.dataset.correct;
    let answer, told;
    try {
      answer = await fetch(detailsOf(id), { method: "POST", body: JSON.stringify(fields) });
      told = await answer.json();
    } catch {
      line.textContent = WORDS.notLoaded;
      return;
    }
    if (!answer.ok || told.refused) {
      line.textContent = told.refused ?? told.detail;
      return;
    }
    const row = form.closest("li");
    const fresh = document.createElement("ul");
    fresh.innerHTML = told.row;
    const now = fresh.firstElementChild;
    row.replaceWith(now);
    const details = now.querySelector("details");
    details.querySelector("div").innerHTML = told.details;
    details.open = true;
    details.querySelector(".told").textContent = told.said;
    details.querySelector("summary").focus();
    markTicked();
    filled = false;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-correct]");
    if (!form) return;
    event.preventDefault();
    correct(form, Object.fromEntries(new FormData(form)));
  });
  document.addEventListener("click", (event) => {
    const undo = event.target.closest("[data-undo]");
    if (undo) correct(undo.closest("form"), { [undo.dataset.undo]: null });
  });

  // What comes from elsewhere ---------------------------------------------------------------------

  const EVERY = 5000; // milliseconds between two looks at the watched folders, while there are any
  let mark = null;
  let looking = 0;

  function showWatched(told) {
    const place = document.getElementById("watched");
    if (!place || (!told.watched && !place.childElementCount)) return;
    const open = [...place.querySelectorAll("details[open]")].map((one) => one.dataset.kept);
    if (place.dataset.shown !== told.watched) {
      place.dataset.shown = told.watched;
      place.innerHTML = told.watched;
      for (const one of place.querySelectorAll("details")) one.open = open.includes(one.dataset.kept);
    }
    if (mark !== null && told.mark && told.mark !== mark) trigger("refresh", {});
    mark = told.mark;
  }

  async function look() {
    clearTimeout(looking);
    if (document.hidden) return;
    try {
      const answer = await fetch(library("/watched"));
      if (answer.ok) showWatched(await answer.json());
    } catch {
      // A server that is away for a while is asked again.
    }
    if (document.getElementById("watched")?.childElementCount) looking = setTimeout(look, EVERY);
  }
  document.addEventListener("visibilitychange", look);
  document.addEventListener("footnote:brought", look);

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-bring]");
    if (!form) return;
    event.preventDefault();
    trigger("bring", Object.fromEntries(new FormData(form)));
    if (form.dataset.bring === "address") form.reset();
  });
  document.addEventListener("click", async (event) => {
    const folder = event.target.closest("[data-unwatch]")?.dataset.unwatch;
    if (folder === undefined) return;
    const body = JSON.stringify({ folder });
    const answer = await fetch(library("/watched"), { method: "POST", body });
    const told = await answer.json();
    if (answer.ok) showWatched(told);
    part("#elsewhere summary").focus();
  });

  // Gradio draws the list anew when documents come and go.
  let drawn = null;
  function redrawn() {
    const list = shelf();
    if (list === drawn || !part(".tools")) return;
    drawn = list;
    part(".tools").hidden = Number(list?.dataset.total ?? 0) < FEW;
    filled = false;
    if (list && (Object.keys(wanted()).length || order() !== "latest")) load(0);
    else watchEnd();
    markTicked();
  }
  new MutationObserver(redrawn).observe(document.body, { childList: true, subtree: true });
  redrawn();
  look();
  if (ticked.size) trigger("tick", { documents: [...ticked] });

  return () => [...ticked];
})();
