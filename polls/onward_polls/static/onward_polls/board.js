/* Sorting sentences into themes by keyboard and by drag. Without this every card is a form with a button. */
window.wagtail.app.register(
  "onward-board",
  class extends window.StimulusModule.Controller {
    static targets = ["card", "theme", "status", "made", "name"];
    static values = { url: String, failed: String };

    connect() {
      this.element.classList.add("onward-board--live");
      const card = this.cardTargets.find((each) => `#${each.id}` === window.location.hash);
      (card?.classList.contains("onward-words--sorted") ? this.next(card) || card : card)?.focus();
    }

    press(event) {
      const card = event.target;
      if (event.key === "Escape" && card.closest(".onward-words, .onward-board__new")) return this.back(card);
      if (!this.cardTargets.includes(card) || event.ctrlKey || event.metaKey || event.altKey) return undefined;
      const key = event.key.toLowerCase();
      const act = {
        arrowdown: () => this.next(card)?.focus(),
        arrowup: () => this.cardTargets[this.cardTargets.indexOf(card) - 1]?.focus(),
        s: () => this.star(card),
        t: () => card.querySelector("select").focus(),
        n: () => this.name(card),
      }[key];
      if (!act && !/^[0-9]$/.test(key)) return undefined;
      event.preventDefault();
      if (act) return act();
      const theme = key === "0" ? { dataset: { theme: "" } } : this.themeTargets[key - 1];
      return theme && this.sort(card, theme.dataset.theme, true);
    }

    next(card) {
      return this.cardTargets[this.cardTargets.indexOf(card) + 1];
    }

    back(field) {
      const from = field.closest(".onward-words") || this.cardTargets.find((each) => each.dataset.words === this.madeTarget.value);
      (from || this.cardTargets[0])?.focus();
    }

    name(card) {
      this.madeTarget.value = card.dataset.words;
      const here = this.nameTarget.form.elements.next;
      here.value = `${here.value.split("#")[0]}#${card.id}`;
      this.nameTarget.focus();
    }

    choose(event) {
      const card = event.target.matches("select") && event.target.closest(".onward-words");
      if (card) this.sort(card, event.target.value, false);
    }

    send(event) {
      const card = event.target.closest(".onward-words");
      if (!card) return;
      event.preventDefault();
      if (event.submitter?.name === "starred") this.star(card);
      else this.sort(card, card.querySelector("select").value, false);
    }

    async sort(card, theme, goOn) {
      if (!(await this.save(card, { theme }))) return;
      card.querySelector("select").value = theme;
      card.dataset.theme = theme;
      card.classList.toggle("onward-words--sorted", theme !== "");
      if (goOn && document.activeElement === card) this.next(card)?.focus();
    }

    async star(card) {
      const button = card.querySelector("[name=starred]");
      const starred = button.getAttribute("aria-pressed") !== "true";
      if (!(await this.save(card, { starred: starred ? "1" : "0" }))) return;
      button.setAttribute("aria-pressed", String(starred));
      button.value = starred ? "0" : "1";
    }

    async save(card, note) {
      const form = card.querySelector("form");
      const body = new URLSearchParams({ words: card.dataset.words, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, ...note });
      const response = await fetch(this.urlValue, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
      const answer = await response?.json().catch(() => null);
      this.statusTarget.textContent = answer?.said || this.failedValue;
      if (answer?.gone) this.remove(card);
      if (!response?.ok) form.reset();
      else Object.entries(answer.counts).forEach(([name, count]) => this.element.querySelectorAll(`[data-count="${name}"]`).forEach((place) => { place.textContent = count; }));
      return Boolean(response?.ok);
    }

    remove(card) {
      const near = this.next(card) || card.previousElementSibling;
      card.remove();
      near?.focus();
    }

    lift(event) {
      this.lifted = event.target.closest?.(".onward-words");
      if (!this.lifted) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", this.lifted.dataset.words);
      event.dataTransfer.setDragImage(this.lifted, 16, 16);
      this.lifted.classList.add("onward-words--lifted");
    }

    hover(event) {
      const theme = this.lifted && event.target.closest?.(".onward-board__theme");
      this.themeTargets.forEach((each) => each.classList.toggle("onward-board__theme--near", each === theme));
      if (theme) event.preventDefault();
    }

    drop(event) {
      const theme = this.lifted && event.target.closest?.(".onward-board__theme");
      if (!theme) return;
      event.preventDefault();
      this.sort(this.lifted, theme.dataset.theme, false);
    }

    settle() {
      this.lifted?.classList.remove("onward-words--lifted");
      this.themeTargets.forEach((each) => each.classList.remove("onward-board__theme--near"));
      this.lifted = null;
    }
  },
);
