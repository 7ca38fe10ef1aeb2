// What cannot be undone is asked first: a button with `data-confirm` does its work once the question
// in it has been answered with its own words. CANCEL is the word for not doing it.

const confirming = document.createElement("dialog");
confirming.id = "confirming";
const [asking, yes, no] = ["p", "button", "button"].map((name) => document.createElement(name));
asking.id = "confirming-asks";
asking.dir = "auto";
yes.className = "danger";
no.textContent = CANCEL;
confirming.setAttribute("aria-labelledby", asking.id);
confirming.append(asking, no, yes);
document.body.append(confirming);
let confirmed = null; // the button that is asked about, and then the one that may work

// Before the scripts that do the work.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-confirm]");
    if (!button) return;
    if (confirmed === button) return (confirmed = null);
    event.preventDefault();
    event.stopImmediatePropagation();
    asking.textContent = button.dataset.confirm;
    yes.textContent = button.textContent;
    yes.onclick = () => {
      confirming.close();
      confirmed = button;
      button.click();
    };
    confirming.showModal();
  },
  true,
);
no.addEventListener("click", () => confirming.close());
