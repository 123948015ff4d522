/* Keeps the books on an issue's screen fresh while it is being sent. Without this the page reloads itself. */
window.wagtail.app.register(
  "onward-progress",
  class extends window.StimulusModule.Controller {
    static values = { url: String, every: { type: Number, default: 2000 } };

    connect() {
      this.timer = setInterval(() => this.refresh(), this.everyValue);
    }

    disconnect() {
      clearInterval(this.timer);
    }

    async refresh() {
      if (document.hidden) return;
      const response = await fetch(this.urlValue).catch(() => null);
      if (!response?.ok) return;
      const fresh = document.createRange().createContextualFragment(await response.text());
      const isMoving = fresh.querySelector("[data-moving]")?.dataset.moving === "true";
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
