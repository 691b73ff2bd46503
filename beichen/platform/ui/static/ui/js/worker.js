// Keeps static files only: their address changes with their content. Pages and data never enter the cache.
const CACHE = "beichen-static";
const KEEP = 120;
const AWAY = new Set([502, 504]);
const DRAFT = "beichen:draft:";
const unreached = (back) => `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>暂时连不上 · Cannot connect</title>
<style>
:root { color-scheme: light dark; }
body { background: light-dark(#fbfaf7, #0e1525); color: light-dark(#14213d, #e8ebf2); display: grid; font: 16px/1.6 -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", sans-serif; margin: 0; min-height: 100dvh; place-items: center; }
main { max-width: 420px; padding: 24px; text-align: center; }
svg { height: 72px; width: 72px; } h1 { font-size: 22px; margin: 16px 0 8px; } p { margin: 0 0 8px; } p[lang] { opacity: .75; }
a { background: #d99a1c; border-radius: 6px; color: #14213d; display: inline-block; font-weight: 600; margin-top: 16px; padding: 10px 20px; text-decoration: none; }
</style></head><body><main>
<svg viewBox="0 0 32 32" aria-hidden="true"><g fill="none" stroke="#8a8f9c" stroke-linecap="round"><path stroke-width="2.4" d="M16 9.6A6.4 6.4 0 0 1 22 18.2"/><path stroke-width="2.2" d="M26.1 13.1A10.5 10.5 0 0 1 13.1 26.1"/><path stroke-width="2" d="M11 29.1A14 14 0 0 1 6.1 6.1"/></g><path fill="#d99a1c" d="M16 11.8 17.1 14.9 20.2 16 17.1 17.1 16 20.2 14.9 17.1 11.8 16 14.9 14.9Z"/></svg>
<h1>暂时连不上</h1><p>网络断开，或服务器没有响应。你输入的内容保存在这台设备上，请稍后再试。</p>
<p lang="en">No connection, or the server does not answer. What you typed is kept on this device; try again in a moment.</p>
<a href="${back}">${back ? "回到表单 · Back to the form" : "再试一次 · Try again"}</a></main><script>
sessionStorage.removeItem("beichen:sent");
for (const key of Object.keys(sessionStorage).filter((key) => key.startsWith("${DRAFT}"))) localStorage.setItem(key, sessionStorage.getItem(key));
</script></body></html>`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) {
    await cache.put(request, fresh.clone());
    const all = await cache.keys();
    await Promise.all(all.slice(0, Math.max(0, all.length - KEEP)).map((old) => cache.delete(old)));
  }
  return fresh;
}

// A form that could not be sent leads back to its page; what was typed waits there.
async function page(request) {
  const back = request.method === "GET" ? "" : request.referrer || "/";
  try {
    const found = await fetch(request);
    if (!AWAY.has(found.status)) return found;
  } catch { /* nobody answers: said below */ }
  return new Response(unreached(back), { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

function plain({ method, headers }) {
  return method === "GET" || headers.get("Content-Type") === "application/x-www-form-urlencoded";
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (!plain(event.request) || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (event.request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(answer(event.request));
});
