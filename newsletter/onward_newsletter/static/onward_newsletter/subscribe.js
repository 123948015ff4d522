/* Where the site asks for it: finds the number whose hash is the challenge (Altcha's protocol, by our own means). */
async function solve(url) {
  const task = await (await fetch(url)).json();
  const encoder = new TextEncoder();
  for (let number = 0; number <= task.maxNumber; number += 1) {
    const digest = await crypto.subtle.digest(task.algorithm, encoder.encode(task.salt + number));
    if (hex(digest) === task.challenge) {
      const { algorithm, challenge, salt, signature } = task;
      return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    }
  }
  throw new Error("no solution");
}

function hex(digest) {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

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
    form.setAttribute("aria-busy", "true");
    try {
      const body = new FormData(form);
      if (this.dataset.proof) body.set("proof", await solve(this.dataset.proof));
      const response = await fetch(form.action, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "onward" },
      });
      if (!response.ok) throw new Error(String(response.status));
      this.show(await response.text());
    } catch {
      // The page that a plain form opens says what is wrong.
      button.disabled = false;
      form.removeAttribute("aria-busy");
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
