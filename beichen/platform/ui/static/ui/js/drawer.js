// A native dialog: the browser holds the focus inside and closes it on Esc. It opens when htmx has filled it.
export function start(drawer) {
  const inside = drawer.querySelector("#drawer-body");
  let opener = null;

  document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target === inside && !drawer.open) opener = detail.elt;
  });
  document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target !== inside) return;
    if (!drawer.open) drawer.showModal();
    const wrong = inside.querySelector("[aria-invalid]");
    (wrong ?? inside.querySelector("[autofocus], input:not([type=hidden]), textarea, select"))?.focus();
  });
  drawer.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close) event.preventDefault();
    if (close || event.target === drawer) drawer.close();
  });
  drawer.addEventListener("close", () => {
    inside.replaceChildren();
    opener?.focus();
  });
  // A rule that succeeded answers with this event when the page behind has already been brought up to date.
  document.body.addEventListener("beichen:close-drawer", () => drawer.close());
}
