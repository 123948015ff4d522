/* Shows, in a poll's editor, only the fields that polls of the chosen kind have. Without it all are shown. */
window.wagtail.app.register(
  "onward-poll-kind",
  class extends window.StimulusModule.Controller {
    connect() {
      this.show();
    }

    show() {
      const kind = this.element.querySelector("select")?.value;
      if (!kind) return;
      document.querySelectorAll("[data-onward-kinds]").forEach((panel) => {
        panel.hidden = !panel.dataset.onwardKinds.split(" ").includes(kind);
      });
    }
  },
);
