// Live pages: ask for one version number, and when it changed, ask for the parts that listen to `beichen:changed`.
// <div data-behaviour="live" data-url="…/version"> … <div hx-get="…" hx-trigger="beichen:changed from:body"> … </div>
const EVERY = 1000;
const SLOWEST = 15000;

export function start(root) {
  let known = "";
  let wait = EVERY;
  async function ask() {
    if (!root.isConnected) return;
    if (!document.hidden) {
      try {
        const headers = known ? { "If-None-Match": known } : {};
        const answer = await fetch(root.dataset.url, { headers, cache: "no-store" });
        const tag = answer.headers.get("ETag") ?? "";
        if (answer.ok && known && tag !== known) document.body.dispatchEvent(new CustomEvent("beichen:changed"));
        if (answer.ok) known = tag;
        wait = answer.ok || answer.status === 304 ? EVERY : Math.min(wait * 2, SLOWEST);
      } catch {
        wait = Math.min(wait * 2, SLOWEST);
      }
    }
    setTimeout(ask, wait);
  }
  ask();
}
