// The one module every page loads. Behaviours are fetched only where an element asks for them by `data-behaviour`.
import { listen } from "./htmx-setup.js";
import { words, toast } from "./toast.js";

const KNOWN = new Set(["confirm", "draft", "drawer", "here", "live", "looks", "map", "once", "pager", "place", "print", "sign-out", "totals", "voice"]);
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

// The answer to a plain post is a page that was come to from the form and holds no refusal: the server has taken the
// draft. Whoever comes back by the back button or by an address after a lost connection still finds it.
const sent = JSON.parse(sessionStorage.getItem("beichen:sent") ?? "null");
sessionStorage.removeItem("beichen:sent");
const [entrance] = performance.getEntriesByType("navigation");
const answered = entrance?.type === "navigate" && document.referrer === sent?.page;
if (answered && !document.querySelector("form[data-refused], [data-refused-page]")) {
  localStorage.removeItem(sent.key);
  sessionStorage.removeItem(sent.key);
}

addEventListener("pageshow", ({ persisted }) => persisted && sessionStorage.removeItem("beichen:sent"));

// Without a connection a form stays where it is: the browser would leave the page for an error of its own.
addEventListener("submit", (event) => {
  if (navigator.onLine || event.target.matches('[data-behaviour~="looks"], [method="dialog"]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast(words().unsent, "error");
}, { capture: true });

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

// Paper is white: every page is printed in the light colours.
const root = document.documentElement;
let shown = "";
addEventListener("beforeprint", () => {
  shown = root.dataset.bsTheme;
  root.dataset.bsTheme = "light";
});
addEventListener("afterprint", () => {
  root.dataset.bsTheme = shown;
});

if ("serviceWorker" in navigator && location.protocol !== "file:") {
  navigator.serviceWorker.register("/worker.js").catch(() => {});
}
