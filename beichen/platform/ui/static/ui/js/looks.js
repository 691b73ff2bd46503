// Colours and density change at once; the cookie tells the server for the next page. Without this the form posts.
const YEAR = 365 * 24 * 3600;

export function start(form) {
  form.addEventListener("submit", (event) => {
    const { name, value } = event.submitter ?? {};
    if (!name) return;
    event.preventDefault();
    const root = document.documentElement;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `beichen_${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    root.dataset[name] = value;
    if (name === "theme") {
      const dark = value === "dark" || (value === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
      root.dataset.bsTheme = dark ? "dark" : "light";
      root.dispatchEvent(new CustomEvent("beichen:theme", { bubbles: true }));
    }
    form.querySelectorAll(`[name="${name}"]`).forEach((button) => button.setAttribute("aria-pressed", String(button.value === value)));
  });
}
