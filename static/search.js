// Search that follows typing. Without this file the forms work as they are: nothing here is needed.
"use strict";
(() => {
  const WAIT = 120; // milliseconds without a key before anything is asked for

  // One question at a time: a newer one ends the one before.
  const asker = () => {
    let timer = 0, running = null;
    return (question) => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (running) running.abort();
        running = new AbortController();
        try { await question(running.signal); } catch (error) { if (error.name !== "AbortError") throw error; }
      }, WAIT);
    };
  };

  // The list of results takes the place of the one before; the count is said to those who do not see it.
  const follow = (form, input) => {
    const ask = asker();
    const address = () => {
      const given = [...new FormData(form)].filter(([, value]) => value !== "");
      const query = new URLSearchParams(given).toString();
      return form.action + (query ? "?" + query : "");
    };
    let shown = location.href;
    input.addEventListener("input", () => ask(async (signal) => {
      const wanted = address();
      if (wanted === shown) return;
      const reply = await fetch(wanted, { signal, headers: { Accept: "text/html" } });
      if (!reply.ok) return;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const count = document.getElementById("count");
      for (const part of ["filters", "results"]) {
        const [now, next] = [document, page].map((of) => of.querySelector(`[data-part=${part}]`));
        if (now && next) now.replaceChildren(...next.childNodes);
      }
      count.innerHTML = page.getElementById("count").innerHTML;
      document.title = page.title;
      history.replaceState(null, "", wanted);
      shown = wanted;
    }));
  };

  // A combobox with a list of suggestions (ARIA Authoring Practices, combobox with list autocomplete).
  const suggest = (form, input) => {
    const ask = asker();
    const language = document.documentElement.lang;
    const list = document.createElement("ul");
    list.id = input.id + "-list";
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.dataset.suggestions);
    input.after(list);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    })) input.setAttribute(name, value);
    let active = -1;

    const mark = (place) => {
      const options = list.children;
      if (active >= 0 && options[active]) options[active].setAttribute("aria-selected", "false");
      active = place;
      if (active < 0) { input.removeAttribute("aria-activedescendant"); return; }
      options[active].setAttribute("aria-selected", "true");
      options[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[active].id);
    };
    const open = (yes) => {
      list.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      if (!yes) mark(-1);
    };
    const choose = (option) => {
      if (option.dataset.code) { location.href = `/${language}/services/${encodeURIComponent(option.dataset.code)}`; return; }
      input.value = option.dataset.text;
      open(false);
      form.requestSubmit();
    };

    input.addEventListener("input", () => {
      if (!input.value.trim()) { ask(async () => open(false)); return; }
      ask(async (signal) => {
        const reply = await fetch("/api/v1/suggestions?q=" + encodeURIComponent(input.value.trim()), { signal });
        if (!reply.ok || document.activeElement !== input) return;
        const { items } = await reply.json();
        list.replaceChildren(...items.map((item, place) => {
          const option = document.createElement("li");
          const text = (language === "vi" ? item.name : item.name_en || item.name);
          option.id = `${list.id}-${place}`;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.dataset.text = text;
          if (item.code) option.dataset.code = item.code;
          const name = document.createElement("span");
          name.textContent = text;
          option.append(name);
          if (item.code) {
            const code = document.createElement("small");
            code.textContent = item.code;
            option.append(code);
          }
          return option;
        }));
        active = -1;
        open(items.length > 0);
      });
    });
    input.addEventListener("keydown", (event) => {
      const count = list.children.length;
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); open(false); return; }
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
        event.preventDefault();
        if (list.hidden) open(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark(active < 0 ? (step > 0 ? 0 : count - 1) : (active + step + count) % count);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(list.children[active]);
      }
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
    input.addEventListener("blur", () => open(false));
  };

  for (const form of document.querySelectorAll("form[data-search]")) {
    const input = form.querySelector("input[name=q]");
    (form.dataset.search === "follow" ? follow : suggest)(form, input);
  }
})();
