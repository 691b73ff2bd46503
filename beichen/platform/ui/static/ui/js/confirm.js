// With scripts the dialog is modal; without, the same button opens it as a popover.
import { taken } from "./htmx-setup.js";

export function start(button) {
  const dialog = document.getElementById(button.getAttribute("popovertarget"));
  button.removeAttribute("popovertarget");
  dialog.removeAttribute("popover");
  button.addEventListener("click", () => dialog.showModal());
  dialog.querySelector("[data-close]").removeAttribute("popovertarget");
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (taken(detail)) dialog.close();
  });
}
