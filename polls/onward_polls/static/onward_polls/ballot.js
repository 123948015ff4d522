// Helps to fill in a ballot: an order of one's own, marking "other" by writing, and a button that waits for a change.

// Where each option of a shuffled ballot stands while this page is open. Nothing is stored in the browser.
const places = new Map();

class OnwardBallot extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this.mark);
    this.querySelectorAll("[data-order]").forEach((set) => this.shuffle(set));
    this.weigh();
  }

  // A reader the server does not know gets an order drawn here, one it knows keeps the order drawn there.
  // A ballot in use stays as it is, and so does the order a reader has answered in, while the page is open.
  shuffle(set) {
    const swapped = this.closest("[aria-busy]");
    const keep = set.dataset.order === "drawn" || set.matches(":focus-within, :has(:checked)");
    const options = [...set.querySelectorAll(":scope > .onward-poll__option")];
    const uuid = (option) => option.querySelector("input").value;
    options.forEach((option, index) => {
      if (!places.has(uuid(option)) || (keep && !swapped)) places.set(uuid(option), keep ? index : Math.random());
    });
    const sorted = [...options].sort((one, other) => places.get(uuid(one)) - places.get(uuid(other)));
    if (sorted.every((option, index) => option === options[index])) return;
    set.append(...sorted, ...set.querySelectorAll(".onward-poll__other"));
  }

  mark({ target }) {
    if (target.name === "other" && target.value.trim()) {
      target.closest(".onward-poll__other").querySelector("[name=option]").checked = true;
    }
    this.weigh();
  }

  // "Update my answer" waits until something differs.
  weigh() {
    const form = this.querySelector("[data-weigh]");
    const same = (field) => field.options
      ? [...field.options].every((option) => option.selected === option.defaultSelected)
      : field.checked === field.defaultChecked && field.value === (field.defaultValue ?? field.value);
    if (form) form.querySelector("[type=submit]").disabled = [...form.elements].every(same);
  }
}

if (!customElements.get("onward-ballot")) customElements.define("onward-ballot", OnwardBallot);
