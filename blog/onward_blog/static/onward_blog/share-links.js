// <onward-share>: copies the link, opens the share sheet or the channel in place of a page load, and counts both.
// Without it the buttons are a plain form. It also tells the site, once, when a reader came by a shared link.

const VIA = "via";

class OnwardShare extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.share(event));
    const sheet = this.querySelector('[data-channel="native"]');
    if (sheet && navigator.share) sheet.hidden = false;
    this.arrive();
  }

  async share(event) {
    const button = event.submitter;
    if (!button?.dataset.channel || !(await this.pass(button, event))) return;
    const answer = await fetch(button.formAction, {
      method: "POST",
      headers: { "X-Requested-With": "onward" },
      keepalive: true,
    }).catch(() => null);
    if (answer?.ok) this.show((await answer.json()).fragments);
  }

  // Answers whether the article was passed on, which is what counts; a share sheet that was closed is no share.
  async pass(button, event) {
    const { channel, url, target, title } = button.dataset;
    if (channel === "link" && !navigator.clipboard) return false; // The form shows the link to copy by hand.
    event.preventDefault();
    if (target) {
      if (target.startsWith("mailto:")) location.href = target;
      else window.open(target, "_blank", "noopener,noreferrer");
      return true;
    }
    try {
      if (channel === "native") await navigator.share({ title, url });
      else await navigator.clipboard.writeText(url);
    } catch (error) {
      if (channel === "link") button.form.submit();
      return false;
    }
    if (channel === "link") this.say("copied");
    return true;
  }

  say(what) {
    const status = this.querySelector('[role="status"]');
    status.textContent = status.dataset[what];
  }

  show(fragments) {
    for (const [id, html] of Object.entries(fragments)) {
      const old = document.getElementById(id);
      if (old) old.outerHTML = html;
    }
  }

  arrive() {
    const here = new URL(location.href);
    const code = here.searchParams.get(VIA);
    if (!code) return;
    fetch(this.dataset.arrived, { method: "POST", body: new URLSearchParams({ [VIA]: code }), keepalive: true }).catch(() => {});
    // The code is this reader's way here and should not travel on from the address bar.
    here.searchParams.delete(VIA);
    history.replaceState(history.state, "", here);
  }
}

customElements.define("onward-share", OnwardShare);
