// What belongs to this reader, fetched once, when a form of the page comes near the screen.
// The page works without it: its forms are real, and they ask for a second press.

const NEAR = "onward-poll, [id^='comments-own-'], [id^='comment-form-'], [id^='share-']";
const LABEL = { "X-Requested-With": "onward" };

class OnwardReader extends HTMLElement {
  #fragments;
  #token;

  connectedCallback() {
    this.observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.load();
    }, { rootMargin: "600px 0px" });
    for (const element of [this, ...document.querySelectorAll(NEAR)]) this.observer.observe(element);
  }

  disconnectedCallback() {
    this.observer.disconnect();
  }

  // Fetches the fragments once and puts each in its place.
  load() {
    this.observer.disconnect();
    this.#fragments ??= this.#ask("GET").then(
      (answer) => this.replace(answer.fragments),
      () => { this.#fragments = undefined; },
    );
    return this.#fragments;
  }

  // Gives a token for a form, and the cookies that go with it. Pass true after a token was refused.
  async token(fresh = false) {
    if (fresh || !this.#token) this.#token = this.#ask("POST");
    try {
      return (await this.#token).csrf;
    } catch (error) {
      this.#token = undefined;
      throw error;
    }
  }

  // Puts {element id: html} into the page. What the reader is using, or has begun to fill in, stays.
  replace(fragments) {
    for (const [id, html] of Object.entries(fragments)) {
      const old = document.getElementById(id);
      if (!old || inUse(old)) continue;
      const holder = document.createElement("template");
      holder.innerHTML = html;
      old.replaceWith(holder.content);
    }
    this.dispatchEvent(new CustomEvent("onward:fragments", { bubbles: true }));
  }

  async #ask(method) {
    const response = await fetch(this.getAttribute("src"), { method, headers: LABEL, credentials: "same-origin" });
    if (!response.ok) throw new Error(`The reader's part of the page was answered with ${response.status}.`);
    return response.json();
  }
}

function inUse(element) {
  if (element.contains(document.activeElement)) return true;
  return [...element.querySelectorAll("input, textarea")].some((field) =>
    "checked" in field && /radio|checkbox/.test(field.type)
      ? field.checked !== field.defaultChecked
      : field.value !== field.defaultValue);
}

// A film from elsewhere: its host is asked only when the reader presses play.
class OnwardFilm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || !event.target.closest("a")) return;
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.src = this.getAttribute("player");
      frame.title = this.getAttribute("label");
      frame.allow = "autoplay; fullscreen; picture-in-picture";
      this.replaceChildren(frame);
      frame.focus();
    });
  }
}

customElements.define("onward-reader", OnwardReader);
customElements.define("onward-film", OnwardFilm);
