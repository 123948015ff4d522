/* The mark of text that the site wrote, in the page editor. A block that the author made shows nothing of it. */
window.wagtail.app.register(
  "onward-generated",
  class extends window.StimulusModule.Controller {
    static targets = ["value", "mark", "sources"];

    connect() {
      const field = this.element.closest("[data-contentpath]");
      const block = field?.parentElement?.closest("[data-contentpath]") || field?.parentElement;
      this.tick = block?.querySelector('[data-contentpath="accepted"] input[type="checkbox"]');
      this.accepted = this.tick?.closest('[data-contentpath="accepted"]');
      this.field = field;
      this.show = this.show.bind(this);
      this.tick?.addEventListener("change", this.show);
      this.list();
      this.show();
    }

    disconnect() {
      this.tick?.removeEventListener("change", this.show);
    }

    read() {
      try {
        return JSON.parse(this.valueTarget.value || "{}");
      } catch {
        return {};
      }
    }

    list() {
      const { sources = [] } = this.read();
      for (const [text, address] of sources) {
        const link = document.createElement("a");
        link.href = address;
        link.target = "_blank";
        link.rel = "noreferrer";
        link.textContent = text;
        this.sourcesTarget.append(" ", link);
      }
      this.sourcesTarget.hidden = !sources.length;
    }

    show() {
      const { lines = {}, sources = [] } = this.read();
      const generated = Object.keys(lines).length > 0;
      this.markTarget.hidden = !generated;
      this.markTarget.dataset.state = this.tick?.checked ? "accepted" : "waiting";
      if (this.accepted) this.accepted.hidden = !generated;
      if (this.field) this.field.hidden = !generated && !sources.length;
    }
  },
);
