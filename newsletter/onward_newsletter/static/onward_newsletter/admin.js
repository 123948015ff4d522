/* Keeps the books on an issue's screen fresh while it is being sent. Without this the page reloads itself. */
window.wagtail.app.register(
  "onward-progress",
  class extends window.StimulusModule.Controller {
    static values = { url: String, stage: String, every: { type: Number, default: 2000 } };

    connect() {
      this.timer = setInterval(() => this.refresh(), this.everyValue);
      this.clock = setInterval(() => this.countDown(), 1000);
    }

    disconnect() {
      clearInterval(this.timer);
      clearInterval(this.clock);
    }

    countDown() {
      const seconds = this.element.querySelector("[data-seconds]");
      if (seconds && Number(seconds.textContent) > 0) seconds.textContent = Number(seconds.textContent) - 1;
    }

    async refresh() {
      if (document.hidden) return;
      const response = await fetch(this.urlValue).catch(() => null);
      if (!response?.ok) return;
      const fresh = document.createRange().createContextualFragment(await response.text());
      const books = fresh.querySelector("[data-moving]");
      const isMoving = books?.dataset.moving === "true" && books.dataset.stage === this.stageValue;
      this.element.replaceChildren(fresh);
      if (!isMoving) {
        // Other buttons and lists belong to the state it has reached.
        clearInterval(this.timer);
        window.location.reload();
      }
    }
  },
);

/* Checks the next few links by itself. Without this the author presses the button again. */
window.wagtail.app.register(
  "onward-press-on",
  class extends window.StimulusModule.Controller {
    connect() {
      this.element.requestSubmit();
    }
  },
);
