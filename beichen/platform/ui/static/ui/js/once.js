// A form goes out once: a second press while the first is under way does nothing.
export function start(form) {
  const free = () => {
    delete form.dataset.sent;
    form.querySelectorAll("[type=submit]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "yes";
    form.querySelectorAll("[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
    setTimeout(free, 8000);
  }, { capture: true });
  form.addEventListener("htmx:afterRequest", free);
  addEventListener("pageshow", free);
}
