// The next rows bring their own button: the one that was pressed goes away.
import { taken } from "./htmx-setup.js";

export function start(link) {
  link.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (taken(detail)) link.closest(".pager")?.remove();
  });
}
