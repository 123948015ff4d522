// <onward-comments>: sends a comment in place, and moves the form under the comment that is answered.
// Without it the form and the reply links are plain ones that lead to pages of their own.

class OnwardComments extends HTMLElement {
  connectedCallback() {
    this.addEventListener("focusin", (event) => event.target.closest("form") && this.token());
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("submit", (event) => this.send(event));
    this.home = this.writer?.parentElement;
  }

  get writer() { return this.querySelector('[id^="comment-write-"]'); }
  get form() { return this.writer?.querySelector("form"); }

  // The token and the time of the form come from the reader's fragment, on the first touch.
  async token() {
    const slot = this.querySelector('[id^="comment-form-"]');
    const source = document.querySelector("onward-reader")?.getAttribute("src");
    if (!slot || slot.childElementCount || !source) return;
    this.asked ??= fetch(source, { method: "POST", headers: { "X-Requested-With": "onward" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then(({ fragments }) => {
        for (const prefix of ["comment-form-", "comment-who-"]) this.replace(prefix, fragments);
      })
      .catch(() => { this.asked = undefined; });
    await this.asked;
  }

  replace(prefix, fragments) {
    const old = this.querySelector(`[id^="${prefix}"]`);
    if (old && fragments[old.id] && !old.contains(document.activeElement)) old.outerHTML = fragments[old.id];
  }

  click(event) {
    const link = event.target.closest("[data-reply]");
    if (link && this.form) {
      event.preventDefault();
      this.answer(link);
    } else if (event.target.closest("[data-cancel]")) this.goHome(true);
  }

  answer(link) {
    link.closest(".onward-comment__body").after(this.writer);
    const heading = this.form.querySelector("[data-heading]");
    heading.textContent = heading.dataset.replyHeading.replace("%s", () => link.dataset.name);
    this.form.elements.reply_to.value = link.dataset.reply;
    this.form.querySelector("[data-cancel]").hidden = false;
    this.form.elements.comment.focus();
  }

  goHome(focus) {
    const answered = this.form?.elements.reply_to.value;
    this.home.append(this.writer);
    if (!this.form) return;
    const heading = this.form.querySelector("[data-heading]");
    heading.textContent = heading.dataset.heading;
    this.form.elements.reply_to.value = "";
    this.form.querySelector("[data-cancel]").hidden = true;
    if (focus) this.querySelector(`[data-reply="${answered}"]`)?.focus();
  }

  async send(event) {
    const form = event.target;
    event.preventDefault();
    this.say("sending");
    await this.token();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "onward" } });
      if (!answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error(answer.status);
      this.show(await answer.text());
    } catch {
      this.say("offline");
    } finally {
      button.disabled = false;
    }
  }

  // Every element of the answer takes the place of the one with its id; then what happened is read and seen first.
  show(html) {
    const pieces = new DOMParser().parseFromString(html, "text/html").body.children;
    this.asked = undefined;
    for (const piece of [...pieces]) document.getElementById(piece.id)?.replaceWith(piece);
    if (["sent", "public"].includes(this.writer.dataset.mood)) this.goHome(false);
    else if (this.form?.elements.reply_to.value) this.form.querySelector("[data-cancel]").hidden = false;
    const notice = this.writer.querySelector('[aria-invalid="true"]') ?? this.writer.querySelector('[tabindex="-1"].onward-comments__notice');
    notice?.focus();
  }

  say(what) {
    const status = this.writer.querySelector('[role="status"]');
    status.textContent = status.dataset[what];
  }
}

customElements.define("onward-comments", OnwardComments);
