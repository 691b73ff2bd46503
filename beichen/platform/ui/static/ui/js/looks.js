// Colours and density change at once; the cookie tells the server for the next page. Without this the form posts.
// Speaking is switched on for one account in this browser; the server is not told, and sign-out forgets it.
import { isOn, supported, switchTo } from "./voice.js";

const YEAR = 365 * 24 * 3600;

export function start(form) {
  const voice = form.querySelector("[data-voice]");
  voice.hidden = !supported;
  voice.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String((button.value === "on") === isOn())));
  form.addEventListener("submit", (event) => {
    const { name, value } = event.submitter ?? {};
    if (!name) return;
    event.preventDefault();
    form.querySelectorAll(`[name="${name}"]`).forEach((button) => button.setAttribute("aria-pressed", String(button.value === value)));
    if (name === "voice") return switchTo(value === "on");
    const root = document.documentElement;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `beichen_${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    root.dataset[name] = value;
    if (name === "theme") {
      const dark = value === "dark" || (value === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
      root.dataset.bsTheme = dark ? "dark" : "light";
      root.dispatchEvent(new CustomEvent("beichen:theme", { bubbles: true }));
    }
  });
}
