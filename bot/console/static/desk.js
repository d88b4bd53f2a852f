/* What the console does beyond plain forms: nothing typed is lost, nothing is sent twice, templates are put in. */
"use strict";

(() => {
  const person = document.body.dataset.person;
  const keyOf = (form, field) => `desk/${person}/${form.dataset.keep}/${field.name}`;
  const kept = (form) => [...form.querySelectorAll("textarea[name], input[name]:not([type=hidden]):not([type=checkbox]), select[name]")];

  const remember = (form) => {
    for (const field of kept(form)) {
      if (field.value) sessionStorage.setItem(keyOf(form, field), field.value);
      else sessionStorage.removeItem(keyOf(form, field));
    }
  };

  const recall = (form) => {
    let found = false;
    for (const field of kept(form)) {
      const value = sessionStorage.getItem(keyOf(form, field));
      if (!value || field.value) continue;
      field.value = value;
      found = true;
    }
    if (found && form.closest("details")) form.closest("details").open = true;
  };

  const forget = (beginning) => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(beginning)) sessionStorage.removeItem(key);
  };

  const forms = () => document.querySelectorAll("form[data-keep]");
  const sent = sessionStorage.getItem("desk/sent");
  sessionStorage.removeItem("desk/sent");
  // What was sent is done where the page says so; else it is still there to be sent again.
  if (sent && document.querySelector("[data-done]")) forget(sent);
  if (person) forms().forEach(recall);

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form && person) remember(form);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.ask && !window.confirm(form.dataset.ask)) {
      event.preventDefault();
      return;
    }
    if (form.dataset.forget !== undefined) forget("desk/");
    if (form.dataset.keep) {
      if (person) remember(form);
      sessionStorage.setItem("desk/sent", `desk/${person}/${form.dataset.keep}/`);
    }
    const button = form.querySelector("[data-once]");
    if (button) setTimeout(() => { button.disabled = true; }, 0);
  });
  // Back from the next page, the button works again.
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-once]")) button.disabled = false;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-inserts]");
    if (!button) return;
    const words = document.getElementById(button.dataset.inserts).value;
    const field = document.getElementById(button.dataset.into);
    const gap = field.value && !field.value.endsWith("\n") ? "\n" : "";
    field.setRangeText(gap + words, field.value.length, field.value.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    const blank = field.value.search(/<[^<>\n]+>/);
    if (blank >= 0) field.setSelectionRange(blank, field.value.indexOf(">", blank) + 1);
  });

  const focusFault = (root) => { const fault = root.querySelector("[data-focus]"); if (fault) fault.focus(); };
  focusFault(document);
  document.addEventListener("htmx:afterSettle", (event) => focusFault(event.target));
  // The session has ended, or something failed: the whole page says so.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL || location.href).pathname.endsWith("/sign-in")) {
      event.detail.shouldSwap = false;
      location.assign(event.detail.xhr.responseURL);
    }
  });
  // What a page asks for by itself must not take the page away; the next change asks again.
  document.addEventListener("htmx:responseError", (event) => {
    const byItself = event.detail.elt.closest("[data-live], [data-quiet]");
    if (event.detail.elt.matches("#composer") && event.detail.xhr.status >= 500) return;  // it says so beside the field
    if (!byItself || (event.detail.xhr.status < 500 && !byItself.hasAttribute("data-quiet"))) location.reload();
  });
})();
