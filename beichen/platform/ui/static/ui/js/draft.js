// Keeps what is typed: at once in this browser, and after a pause on the server when the form names an address.
// A draft belongs to an account and a form. `data-private` keeps it in this tab only, and on the device while the server
// cannot be reached: a phone closes tabs by itself. Sign-out forgets all.
import { taken } from "./htmx-setup.js";
import { words } from "./toast.js";

const PAUSE = 1500;
const WEEK = 7 * 24 * 3600 * 1000;
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "idempotency_key", "version"]);
export const PREFIX = "beichen:draft:";

function values(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (!LEFT_OUT.has(name) && typeof value === "string") (found[name] ??= []).push(value);
  }
  return found;
}

function fill(form, kept) {
  for (const element of form.elements) {
    if (!element.name || LEFT_OUT.has(element.name) || element.type === "file") continue;
    const wanted = kept[element.name] ?? [];
    if (element.type === "checkbox" || element.type === "radio") element.checked = wanted.includes(element.value);
    else if (wanted.length) element.value = wanted.length > 1 ? wanted.shift() : wanted[0];
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start(form) {
  const account = document.querySelector('meta[name="account"]')?.content ?? "";
  const store = "private" in form.dataset ? sessionStorage : localStorage;
  const key = `${PREFIX}${account}:${form.dataset.draft}`;
  const state = form.querySelector("[data-draft-state]");
  let version = form.elements.version?.value ?? "";
  const spills = store === sessionStorage;
  const drawn = JSON.stringify(values(form));
  const drawnVersion = version;
  let pause;

  function restore() {
    const record = JSON.parse(store.getItem(key) ?? localStorage.getItem(key) ?? "null");
    if (!record || "refused" in form.dataset) return;
    const older = record.version !== version;
    const stale = (older && !form.dataset.save) || Date.now() - record.at > WEEK;
    if (stale || JSON.stringify(record.values) === drawn) return void clear();
    if (older) version = form.elements.version.value = record.version; // the server then shows both texts
    fill(form, record.values);
    keep();
    say(words().restored, true);
    pause = setTimeout(save, PAUSE);
  }

  function keep() {
    const record = JSON.stringify({ values: values(form), version, at: Date.now() });
    store.setItem(key, record);
    if (spills && !navigator.onLine) localStorage.setItem(key, record);
  }

  function spill() {
    if (spills && store.getItem(key)) localStorage.setItem(key, store.getItem(key));
  }

  function clear() {
    store.removeItem(key);
    localStorage.removeItem(key);
  }

  function say(text, discardable = false) {
    state.textContent = `${text} `;
    if (!discardable) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words().discard;
    button.addEventListener("click", () => {
      fill(form, JSON.parse(drawn));
      if (form.elements.version) version = form.elements.version.value = drawnVersion;
      clearTimeout(pause);
      clear();
      state.textContent = "";
    });
    state.append(button);
  }

  async function save() {
    if (!form.isConnected) return;
    if (!form.dataset.save || !navigator.onLine) return say(words().kept);
    try {
      const body = new FormData(form);
      const headers = { "X-CSRFToken": body.get("csrfmiddlewaretoken"), "X-Requested-With": "draft" };
      const answer = await fetch(form.dataset.save, { method: "POST", body, headers });
      const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
      if (answer.ok && spills) localStorage.removeItem(key);
      if (answer.ok && told.version) {
        version = form.elements.version.value = String(told.version);
        const record = JSON.parse(store.getItem(key) ?? "null");
        if (record) store.setItem(key, JSON.stringify({ ...record, version }));
        form.dispatchEvent(new CustomEvent("beichen:saved", { bubbles: true }));
      }
      if (told.sentence) return say(told.sentence);
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      say(answer.ok ? `${words().saved} ${time}` : words().kept);
    } catch {
      spill();
      say(words().kept);
    }
  }

  const forget = () => {
    clearTimeout(pause);
    clear();
  };

  restore();
  form.addEventListener("input", (event) => {
    if (!event.isTrusted && !event.detail?.spoken) return;
    keep();
    clearTimeout(pause);
    pause = setTimeout(save, PAUSE);
  });
  // Forgotten only once the server has taken it: htmx tells us; a plain post tells by leaving the form's page.
  form.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt === form && taken(detail)) forget();
  });
  form.addEventListener("htmx:sendError", spill);
  form.addEventListener("submit", () => {
    clearTimeout(pause);
    if (!form.hasAttribute("hx-post")) sessionStorage.setItem("beichen:sent", JSON.stringify({ key, page: location.href.split("#")[0] }));
  });
  addEventListener("online", () => store.getItem(key) && save());
}
