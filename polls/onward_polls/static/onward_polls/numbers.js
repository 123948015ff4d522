/* Keeps the numbers on a poll's page fresh. Without this, loading the page again does. */
window.wagtail.app.register(
  "onward-numbers",
  class extends window.StimulusModule.Controller {
    static targets = ["numbers", "status"];
    static values = { url: String, done: String, failed: String, every: { type: Number, default: 20000 } };

    connect() {
      this.wait(0);
    }

    disconnect() {
      clearTimeout(this.timer);
    }

    /* The longer the counting takes, the less often it is asked for. */
    wait(took) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (document.hidden ? this.wait(0) : this.refresh()), Math.max(this.everyValue, took * 20));
    }

    async now() {
      const isFresh = await this.refresh();
      this.statusTarget.textContent = isFresh ? this.doneValue : this.failedValue;
    }

    async refresh() {
      const start = performance.now();
      const response = await fetch(this.urlValue).catch(() => null);
      const isFresh = Boolean(response?.ok) && !response.redirected;
      // What somebody has unfolded or stands on is left alone until the next round.
      const isInUse = this.numbersTarget.contains(document.activeElement) || this.numbersTarget.querySelector("details[open]");
      if (isFresh && !isInUse) this.numbersTarget.replaceChildren(document.createRange().createContextualFragment(await response.text()));
      this.wait(performance.now() - start);
      return isFresh;
    }
  },
);
