// Shows the numbers of today to a reader who has answered. Without this script, a link leads to the question.

class OnwardNow extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.src || this.button) return;
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "onward-btn onward-btn--quiet", textContent: this.dataset.show });
    this.button.addEventListener("click", () => this.load());
    this.state = this.querySelector("[data-slot=state]");
    this.state.setAttribute("role", "status");
    this.state.after(this.button);
  }

  async load() {
    this.button.disabled = true;
    try {
      const response = await fetch(this.dataset.src, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (response.status === 403) this.state.textContent = this.dataset.empty;
      else if (response.ok) this.fill(await response.json());
      else throw new Error(`HTTP ${response.status}`);
      if (response.ok) this.button.remove();
    } catch {
      this.state.textContent = this.dataset.offline;
    }
    this.button.disabled = false;
  }

  fill(now) {
    const lines = new Map(now.lines.map((line) => [line.option, line]));
    const day = new Date().toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric" });
    this.cell(this.querySelector("thead tr"), "th", `${this.dataset.now}, ${day}`).scope = "col";
    for (const row of this.querySelectorAll("tbody tr")) {
      const line = lines.get(row.dataset.option);
      const cell = this.cell(row, "td", line ? line.count : "–");
      if (line?.share !== undefined) cell.append(" ", Object.assign(document.createElement("em"), { textContent: `${Math.round(line.share * 100)}%` }));
    }
    this.cell(this.querySelector("tfoot tr"), "td", now.n);
    this.state.textContent = `${this.dataset.now}: ${now.who}`;
  }

  cell(row, kind, text) {
    return row.appendChild(Object.assign(document.createElement(kind), { textContent: text }));
  }
}

customElements.define("onward-now", OnwardNow);
