// Saves answers as one goes. Without this file the forms work the same: everything is saved with the button.
// A part of a page with data-answer="address" is one answer; without an address it only warns before it is lost.
"use strict";

(() => {
  const TYPED = 3000, CHOSEN = 300, LONGEST = 30000;
  const answers = [];
  let leaving = false;

  class Answer {
    constructor(part) {
      this.part = part;
      this.form = part.closest("form");
      this.address = part.dataset.answer;
      this.line = part.querySelector(".saving");
      this.saved = this.text();
      this.state = "";
      this.sending = null;
      this.tries = 0;
      part.addEventListener("input", (event) => this.changed(event.target.tagName === "TEXTAREA" ? TYPED : CHOSEN));
      part.addEventListener("change", () => this.changed(CHOSEN));
    }

    fields() {
      const fields = new URLSearchParams();
      for (const field of this.part.querySelectorAll("[name]")) {
        const chosen = !["radio", "checkbox"].includes(field.type) || field.checked;
        const ours = !["file", "submit", "button"].includes(field.type) && !["csrf", "once", "criterion"].includes(field.name);
        if (chosen && ours && !field.disabled) fields.append(field.name, field.value);
      }
      return fields;
    }

    text() {
      const fields = this.fields();
      fields.delete("version");
      return fields.toString();
    }

    get dirty() { return this.text() !== this.saved; }

    version() { return this.part.querySelector("[name=version]"); }

    token() { return this.form.querySelector("[name=csrf]"); }

    say(kind, text) {
      if (!this.line) return;
      this.state = kind;
      this.line.hidden = false;
      this.line.dataset.state = kind;
      this.line.textContent = text || this.line.dataset[kind];
      if (kind === "away") this.line.append(" ", this.link());
      if (kind === "conflict") this.line.append(" ", this.button());
    }

    link() {
      const link = document.createElement("a");
      link.href = this.line.dataset.signInAt;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = this.line.dataset.signIn;
      return link;
    }

    button() {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--second";
      button.textContent = this.line.dataset.look;
      button.addEventListener("click", () => this.decide());
      return button;
    }

    // The reply to an ordinary form with the version that was seen is the page that shows both sides.
    decide() {
      const form = document.createElement("form");
      form.method = "post";
      form.action = this.address;
      form.hidden = true;
      for (const [name, value] of [...this.fields(), ["csrf", this.token().value]]) {
        const field = document.createElement("textarea");
        field.name = name;
        field.value = value;
        form.append(field);
      }
      document.body.append(form);
      leaving = true;
      form.submit();
    }

    changed(wait) {
      if (!this.address || this.state === "conflict") return;
      clearTimeout(this.timer);
      if (!this.dirty) return;
      if (this.state !== "typing") this.say("typing");
      this.timer = setTimeout(() => this.save(), wait);
    }

    later() {
      this.tries += 1;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), Math.min(1000 * 2 ** this.tries, LONGEST));
    }

    save() {
      clearTimeout(this.timer);
      if (!this.address || this.state === "conflict" || !this.dirty) return this.sending;
      this.sending = this.sending ? this.sending.then(() => this.save()) : this.send().finally(() => { this.sending = null; });
      return this.sending;
    }

    async post(text) {
      const body = new URLSearchParams(text);
      body.set("version", this.version().value);
      body.set("csrf", this.token().value);
      return fetch(this.address, {
        method: "POST", body, redirect: "manual", cache: "no-store", headers: { Accept: "application/json" },
      });
    }

    // After signing in again in another tab the forms here carry a token of the past.
    async renew() {
      const page = await fetch(location.href, { redirect: "manual", cache: "no-store" });
      if (page.type === "opaqueredirect" || !page.ok) return false;
      const found = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("main [name=csrf]");
      if (!found) return false;
      for (const field of document.querySelectorAll("[name=csrf]")) field.value = found.value;
      return true;
    }

    async send() {
      const text = this.text();
      this.say("saving");
      try {
        let reply = await this.post(text);
        if (reply.status === 403 && await this.renew()) reply = await this.post(text);
        await this.read(reply, text);
      } catch {
        this.say("offline");
        this.later();
      }
    }

    async read(reply, text) {
      if (reply.type === "opaqueredirect" || reply.status === 401) {
        this.say("away");
      } else if (reply.status === 429 || reply.status >= 500) {
        this.say("busy");
        this.later();
      } else if ([200, 409, 422].includes(reply.status)) {
        const told = await reply.json();
        if (reply.status === 200) {
          this.version().value = told.version;
          // Forms beside it change the same answer: they name the same version.
          for (const field of document.querySelectorAll("form[data-beside] [name=version]")) field.value = told.version;
          // The forms for evidence beside a single answer name its version too.
          if (answers.length === 1) for (const field of document.querySelectorAll('form[action*="/evidence"] [name=version]')) field.value = told.version;
          this.saved = text;
          this.tries = 0;
          if (this.part.dataset.stale) document.getElementById(this.part.dataset.stale).hidden = false;
        }
        this.say({ 200: "saved", 409: "conflict", 422: "refused" }[reply.status], told.said);
        if (reply.status === 200 && this.dirty) this.changed(TYPED);
      } else {
        this.say("failed");
      }
    }
  }

  for (const part of document.querySelectorAll("[data-answer]")) answers.push(new Answer(part));

  for (const form of new Set(answers.map((answer) => answer.form))) {
    // The button waits for what is on its way, or its version would be one of the past.
    form.addEventListener("submit", (event) => {
      const ours = answers.filter((answer) => answer.form === form);
      const busy = ours.map((answer) => answer.sending).filter(Boolean);
      for (const answer of ours) clearTimeout(answer.timer);
      if (busy.length) {
        event.preventDefault();
        const by = event.submitter;
        Promise.allSettled(busy).then(() => form.requestSubmit(by));
        return;
      }
      leaving = true;
    });
  }

  const again = () => {
    for (const answer of answers) if (["offline", "away", "busy"].includes(answer.state)) answer.save();
  };
  window.addEventListener("online", again);
  window.addEventListener("focus", again);
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") again();
    else for (const answer of answers) if (answer.state === "typing") answer.save();
  });
  document.addEventListener("focusout", (event) => {
    for (const answer of answers) if (answer.part.contains(event.target) && answer.state === "typing") answer.changed(CHOSEN);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && answers.some((answer) => answer.dirty)) event.preventDefault();
  });
})();
