// Answers a poll without leaving the page. Without this script, the same forms work with one more page load.

const HEADERS = { "X-Requested-With": "onward" };

const paragraph = (name, role) => Object.assign(document.createElement("p"), { className: `onward-poll__${name}`, role });

class OnwardPoll extends HTMLElement {
  connectedCallback() {
    if (this.live) return;
    this.append(this.live = paragraph("status", "status"));
    this.addEventListener("submit", (event) => this.submit(event));
    this.addEventListener("click", (event) => this.follow(event));
    // Everybody's card, on a page without <onward-reader>: ask for the own one, but only where this browser has answered.
    if (this.dataset.src && !document.querySelector("onward-reader") && localStorage.getItem(this.id)) this.load(this.dataset.src, { quiet: true });
  }

  submit(event) {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(event.target, event.submitter));
    if (!this.hasAttribute("aria-busy")) this.load(event.target.action, { method: "POST", body });
  }

  follow(event) {
    const link = event.target.closest("a[data-onward-card]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.load(link.href);
  }

  async load(url, options = {}) {
    this.setAttribute("aria-busy", "true");
    if (!options.quiet) this.say(this.dataset.busy);
    try {
      let answer = await this.ask(url, options);
      // A browser's first answer comes back with the token that this page cannot hold: the same press is sent again.
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
    const sentence = page.querySelector("[role=alert]")?.textContent;
    if (!card && !sentence) throw new Error(`HTTP ${response.status}`);
    return { card, sentence, unconfirmed: response.headers.get("X-Onward-Unconfirmed") === "1" };
  }

  show({ card, sentence }, quiet) {
    if (!card) return quiet || this.complain(sentence);
    // The question stays the heading that it is on this page, of whatever level.
    const [question, fresh] = [this, card].map((one) => one.querySelector(".onward-poll__question"));
    question.textContent = fresh.textContent;
    fresh.replaceWith(question);
    this.dataset.state = card.dataset.state;
    this.replaceChildren(...card.children, this.live);
    if (card.dataset.state === "voted") localStorage.setItem(this.id, "1");
    if (quiet) return;
    (sentence ? this.querySelector("[role=alert]") : question).focus();
    this.say(sentence ? "" : card.dataset.announce);
  }

  complain(sentence) {
    this.say("");
    this.querySelector(".onward-poll__error")?.remove();
    this.querySelector(".onward-poll__question").after(Object.assign(paragraph("error", "alert"), { textContent: sentence }));
  }

  say(sentence) { this.live.textContent = sentence; }
}

if (!customElements.get("onward-poll")) customElements.define("onward-poll", OnwardPoll);
