"use strict";
(() => {
  const form = document.getElementById("form");
  if (!form) return;
  const at = (id) => document.getElementById(id);
  const [ask, stop, going, progress, what] = ["ask", "stop", "going", "progress", "what"].map(at);
  const [said, fault, result] = ["said", "fault", "result"].map(at);
  let kept = null;
  let job = null;

  const address = (path) => `matrix/${path}${location.search}`;

  async function send(path, options = {}) {
    const answer = await fetch(address(path), options);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail || answer.statusText);
    return told;
  }

  function busy(on) {
    ask.disabled = on;
    stop.hidden = !on;
    going.hidden = !on;
  }

  async function follow() {
    for (;;) {
      const now = await send(`job/${job}`);
      if (now.total) {
        progress.max = now.total;
        progress.value = now.done;
        what.textContent = `${now.done} / ${now.total} ${now.what}`;
      }
      if (now.state === "done") {
        said.textContent = now.said;
        // Made by the server, where all that documents say is escaped.
        result.innerHTML = now.table;
        for (const link of result.querySelectorAll("[data-export]")) {
          link.href = address(`export/${job}/${link.dataset.export}`);
        }
        return;
      }
      if (now.state === "cancelled") {
        said.textContent = result.dataset.stopped;
        return;
      }
      if (now.state === "failed") throw new Error(now.fault);
      await new Promise((go) => setTimeout(go, 300));
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.textContent = said.textContent = "";
    progress.removeAttribute("value");
    what.textContent = "";
    busy(true);
    try {
      const documents = [...form.querySelectorAll("[name=document]:checked")].map((one) => one.value);
      const asked = { questions: at("questions").value, title: at("title").value, documents, kept };
      const begun = await send("ask", { method: "POST", body: JSON.stringify(asked) });
      job = begun.job;
      kept = begun.kept;
      await follow();
    } catch (error) {
      fault.textContent = error.message;
    } finally {
      busy(false);
    }
  });

  stop.addEventListener("click", () => {
    if (job) send(`stop/${job}`, { method: "POST" }).catch((error) => { fault.textContent = error.message; });
  });

  at("kept")?.addEventListener("click", async (event) => {
    const open = event.target.closest("[data-kept]");
    const gone = event.target.closest("[data-delete]");
    if (open) {
      kept = open.dataset.kept;
      at("title").value = open.dataset.title;
      at("questions").value = open.dataset.questions;
      form.requestSubmit();
    } else if (gone) {
      try {
        await send(`delete/${gone.dataset.delete}`, { method: "POST" });
        if (kept === gone.dataset.delete) kept = null;
        gone.closest("li").remove();
      } catch (error) {
        fault.textContent = error.message;
      }
    }
  });

  function sortBy(head, column) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const one of head.parentElement.children) one.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = head.closest("table").tBodies[0];
    const key = (row) => row.children[column].dataset.key;
    const last = (row) => key(row) === "9";
    const rows = [...body.rows].sort((one, other) => {
      if (last(one) || last(other)) return last(one) - last(other);
      const [a, b] = [key(one), key(other)];
      const order = a[0] === "0" && b[0] === "0" ? a.slice(1) - b.slice(1) : a.localeCompare(b);
      return down ? -order : order;
    });
    body.append(...rows);
  }

  result.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (button) sortBy(button.closest("th"), Number(button.dataset.sort));
  });

  result.addEventListener("input", (event) => {
    if (event.target.id !== "filter") return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const row of result.querySelectorAll("tbody tr")) {
      const cells = [...row.querySelectorAll("th, td > span, summary")];
      row.hidden = !cells.some((cell) => cell.textContent.toLowerCase().includes(wanted));
    }
  });
})();
