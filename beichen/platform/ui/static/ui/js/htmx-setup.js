// What every htmx request of ours carries, and what happens when one fails.
import { uuid7 } from "./uuid7.js";
import { toast, words } from "./toast.js";

let slow;

// A refusal (4xx) is swapped in like any answer, so htmx calls it successful; only the status tells.
export function taken({ xhr }) {
  return xhr.status >= 200 && xhr.status < 300;
}

export function listen() {
  const { body } = document;
  body.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb === "get") return;
    detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
    detail.headers["Idempotency-Key"] = detail.parameters.idempotency_key ?? uuid7();
  });
  // A sentence instead of a page: the server retargets refusals to the toast region.
  body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status >= 500) {
      detail.shouldSwap = false;
      toast(words().failed, "error");
    }
  });
  body.addEventListener("htmx:sendError", () => toast(navigator.onLine ? words().unreached : words().offline, "error"));
  body.addEventListener("beichen:toasts", ({ detail }) => detail.toasts.forEach(({ text, tone }) => toast(text, tone)));
  body.addEventListener("htmx:beforeRequest", () => {
    clearTimeout(slow);
    slow = setTimeout(() => body.classList.add("htmx-slow"), 400);
  });
  body.addEventListener("htmx:afterRequest", () => {
    clearTimeout(slow);
    body.classList.remove("htmx-slow");
  });
  body.addEventListener("click", ({ target }) => target.closest("[data-dismiss]")?.closest(".toast-line")?.remove());
}
