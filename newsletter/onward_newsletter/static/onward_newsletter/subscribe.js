/* <onward-subscribe> sends the form inside it without leaving the page. Without this the same form opens a page. */
class OnwardSubscribe extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.send(event));
  }

  async send(event) {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "onward" },
      });
      if (!response.ok) throw new Error(String(response.status));
      this.show(await response.text());
    } catch {
      // The page that a plain form opens says what is wrong.
      button.disabled = false;
      form.submit();
    }
  }

  show(html) {
    const fragment = document.createRange().createContextualFragment(html);
    const inner = fragment.querySelector("onward-subscribe");
    this.replaceChildren(...(inner ? inner.childNodes : fragment.childNodes));
    (this.querySelector("[aria-invalid]") ?? this.firstElementChild).focus();
  }
}

customElements.define("onward-subscribe", OnwardSubscribe);
