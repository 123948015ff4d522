// Answers a poll without leaving the page. Without this script, the same forms work with one more page load.

const HEADERS = { "X-Requested-With": "onward" };

class OnwardPoll extends HTMLElement {
  connectedCallback() {
    if (this.live) return;
    this.live = document.createElement("p");
    this.live.setAttribute("role", "status");
    this.live.className = "onward-poll__status";
    this.append(this.live);
    this.addEventListener("submit", (event) => this.submit(event));
    this.addEventListener("click", (event) => this.follow(event));
    this.addEventListener("input", (event) => this.weigh(event.target.form));
    this.querySelectorAll("form").forEach((form) => this.weigh(form));
    // On a page without <onward-reader>, ask for the own card, but only where this browser has answered.
    if (!document.querySelector("onward-reader") && localStorage.getItem(this.id)) this.load(this.dataset.src, { quiet: true });
  }

  submit(event) {
    event.preventDefault();
    if (this.hasAttribute("aria-busy")) return;
    const { target: form, submitter } = event;
    const body = new URLSearchParams(new FormData(form, submitter));
    this.load(form.action, { method: "POST", body });
  }

  follow(event) {
    const link = event.target.closest("a[data-onward-card]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.load(link.href, {});
  }

  async load(url, options) {
    this.setAttribute("aria-busy", "true");
    if (!options.quiet) this.say(this.dataset.busy);
    try {
      let answer = await this.ask(url, options);
      // The first answer of a browser comes back with the token and the cookie that this page cannot hold.
      // The reader has pressed the button, so the same press is sent once more with them.
      const token = answer.card?.querySelector("[name=csrfmiddlewaretoken]");
      if (answer.unconfirmed && token) {
        options.body.set("csrfmiddlewaretoken", token.value);
        answer = await this.ask(url, options);
      }
      this.show(answer, options.quiet);
    } catch {
      if (!options.quiet) this.complain(this.dataset.offline);
    }
    this.removeAttribute("aria-busy");
  }

  async ask(url, options) {
    const response = await fetch(url, { ...options, headers: HEADERS, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const card = page.querySelector("onward-poll");
    const unconfirmed = response.headers.get("X-Onward-Unconfirmed") === "1";
    if (!card && !page.querySelector("[role=alert]")) throw new Error(`HTTP ${response.status}`);
    return { card, page, unconfirmed };
  }

  show({ card, page }, quiet) {
    if (!card) return quiet || this.complain(page.querySelector("[role=alert]").textContent);
    card.querySelectorAll(".onward-poll__question").forEach((heading) => {
      // A card inside an article keeps the level of heading it had there.
      const level = document.createElement(this.querySelector(".onward-poll__question").localName);
      for (const { name, value } of heading.attributes) level.setAttribute(name, value);
      level.append(...heading.childNodes);
      heading.replaceWith(level);
    });
    this.dataset.state = card.dataset.state;
    this.replaceChildren(...card.children, this.live);
    this.querySelectorAll("form").forEach((form) => this.weigh(form));
    if (card.dataset.state === "voted") localStorage.setItem(this.id, "1");
    if (quiet) return;
    const error = this.querySelector("[role=alert]");
    (error ?? this.querySelector(".onward-poll__question")).focus();
    this.say(error ? "" : card.dataset.announce);
  }

  complain(sentence) {
    this.say("");
    this.querySelector(".onward-poll__error")?.remove();
    const error = document.createElement("p");
    error.className = "onward-poll__error";
    error.setAttribute("role", "alert");
    error.textContent = sentence;
    this.querySelector(".onward-poll__question").after(error);
  }

  // "Update my answer" waits until something differs.
  weigh(form) {
    if (!form?.hasAttribute("data-weigh")) return;
    const differs = [...form.elements].some((field) => field.checked !== field.defaultChecked);
    form.querySelector("[type=submit]").disabled = !differs;
  }

  say(sentence) { this.live.textContent = sentence ?? ""; }
}

if (!customElements.get("onward-poll")) customElements.define("onward-poll", OnwardPoll);
