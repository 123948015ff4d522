// <onward-questions>: says “I want this too” without leaving the page. Without this script the same forms lead to pages
// of their own.

const HEADERS = { "X-Requested-With": "onward" };

class OnwardQuestions extends HTMLElement {
  connectedCallback() {
    if (this.live) return;
    this.append(this.live = Object.assign(document.createElement("p"), { className: "onward-sr", role: "status" }));
    this.addEventListener("submit", (event) => this.press(event));
  }

  async press(event) {
    event.preventDefault();
    if (this.hasAttribute("aria-busy")) return;
    const item = event.target.closest("li");
    const body = new URLSearchParams(new FormData(event.target, event.submitter));
    this.setAttribute("aria-busy", "true");
    this.live.textContent = this.dataset.busy;
    try {
      this.show(item, await this.send(event.target.action, body), body.get("do"));
    } catch {
      this.complain(item, this.dataset.offline);
    }
    this.removeAttribute("aria-busy");
  }

  // A page that is the same for everybody holds no token: a first press comes back with one, and is sent again.
  async send(address, body) {
    if (this.token) body.set("csrfmiddlewaretoken", this.token);
    for (let press = 1; ; press++) {
      const response = await fetch(address, { method: "POST", body, headers: HEADERS, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      this.token = page.querySelector("[name=csrfmiddlewaretoken]")?.value ?? this.token;
      if (press > 1 || !response.headers.has("X-Onward-Unconfirmed") || !this.token) return page;
      body.set("csrfmiddlewaretoken", this.token);
    }
  }

  // What was noted is shown in the place of the question, whose button keeps the focus, and said.
  show(item, page, did) {
    const fresh = page.getElementById(item.id);
    if (!fresh?.querySelector("form")) {
      const sentence = page.querySelector("[role=alert]")?.textContent;
      if (!sentence) throw new Error("The page does not say what became of it.");
      this.complain(item, sentence);
      return;
    }
    item.replaceChildren(...fresh.children);
    item.querySelector("button").focus({ preventScroll: true });
    const said = did === "withdraw" ? this.dataset.withdrawn : `${item.querySelector(".onward-questions__mine")?.textContent}.`;
    this.live.textContent = `${said} ${item.querySelector(".onward-questions__count").textContent}`;
  }

  complain(item, sentence) {
    this.live.textContent = "";
    item.querySelector(".onward-questions__wrong")?.remove();
    const wrong = Object.assign(document.createElement("p"), { className: "onward-questions__wrong ui", textContent: sentence });
    wrong.setAttribute("role", "alert");
    item.append(wrong);
  }
}

customElements.define("onward-questions", OnwardQuestions);
