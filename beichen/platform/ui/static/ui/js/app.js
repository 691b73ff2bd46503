// The one module every page loads. Behaviours are fetched only where an element asks for them by `data-behaviour`.
import { listen } from "./htmx-setup.js";
import { words, toast } from "./toast.js";

const KNOWN = new Set(["confirm", "draft", "drawer", "here", "live", "looks", "once", "pager", "place", "sign-out", "totals"]);
const attached = new WeakMap();

async function attach(element) {
  for (const name of element.dataset.behaviour.split(/\s+/)) {
    const done = attached.get(element) ?? attached.set(element, new Set()).get(element);
    if (!KNOWN.has(name) || done.has(name)) continue;
    done.add(name);
    const { start } = await import(`./${name}.js`);
    start(element);
  }
}

function attachAll(root) {
  if (root.matches?.("[data-behaviour]")) attach(root);
  root.querySelectorAll("[data-behaviour]").forEach(attach);
}

// After a plain post we are on another page, or on the same one without a refusal: the server has taken the draft.
const sent = JSON.parse(sessionStorage.getItem("beichen:sent") ?? "null");
sessionStorage.removeItem("beichen:sent");
if (sent && !document.querySelector("form[data-refused], [data-refused-page]")) {
  localStorage.removeItem(sent.key);
  sessionStorage.removeItem(sent.key);
}

attachAll(document);
document.addEventListener("htmx:load", (event) => attachAll(event.detail.elt));
listen();

addEventListener("offline", () => toast(words().offline, "error"));
addEventListener("online", () => toast(words().back, "success"));

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (document.documentElement.dataset.theme === "auto") {
    document.documentElement.dataset.bsTheme = event.matches ? "dark" : "light";
  }
});

if ("serviceWorker" in navigator && location.protocol !== "file:") {
  navigator.serviceWorker.register("/worker.js").catch(() => {});
}
