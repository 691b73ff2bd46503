// A drawing that is moved by dragging and zoomed by buttons, keys, or the wheel with Ctrl; branches fold away.
// <div data-behaviour="map"> … <button data-zoom="in|out|fit"> <output data-zoom-shown> … .map-window > .map-paper
const LEAST = 0.3;
const MOST = 1.6;
const STEP = 1.2;
const SLACK = 4;

export function start(root) {
  const view = root.querySelector(".map-window");
  const paper = root.querySelector(".map-paper");
  const shown = root.querySelector("[data-zoom-shown]");
  let scale = 1;

  // The point under the pointer stays where it is.
  function zoom(to, x = view.clientWidth / 2, y = view.clientHeight / 2) {
    const next = Math.min(MOST, Math.max(LEAST, to));
    const left = (view.scrollLeft + x) / scale;
    const top = (view.scrollTop + y) / scale;
    scale = next;
    paper.style.zoom = String(scale);
    view.scrollTo({ left: left * scale - x, top: top * scale - y, behavior: "instant" });
    shown.textContent = `${Math.round(scale * 100)}%`;
  }

  function fit() {
    const wide = view.clientWidth / (paper.offsetWidth / scale || 1);
    zoom(Math.min(1, wide));
    view.scrollTo({ left: 0, top: 0, behavior: "instant" });
  }

  const acts = { in: () => zoom(scale * STEP), out: () => zoom(scale / STEP), fit };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) acts[button.dataset.zoom]();
    const fold = event.target.closest(".map-fold");
    if (fold) fold.setAttribute("aria-expanded", String(fold.getAttribute("aria-expanded") !== "true"));
  });

  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = view.getBoundingClientRect();
    zoom(scale * (event.deltaY < 0 ? STEP : 1 / STEP), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  view.addEventListener("keydown", (event) => {
    if (event.target !== view || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { "+": acts.in, "=": acts.in, "-": acts.out, 0: fit }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  // By mouse; a finger moves the page or the window by itself.
  let from = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest("a, button, input")) return;
    from = { x: event.clientX, y: event.clientY, left: view.scrollLeft, top: view.scrollTop };
  });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (Math.abs(x) + Math.abs(y) > SLACK) view.classList.add("map-held");
    view.scrollTo({ left: from.left - x, top: from.top - y, behavior: "instant" });
  });
  addEventListener("pointerup", () => {
    from = null;
    view.classList.remove("map-held");
  });

  // A goal that was opened further folds away like the others.
  root.addEventListener("htmx:afterSwap", ({ target }) => {
    const open = target.previousElementSibling;
    if (!open?.classList.contains("map-open")) return;
    const fold = document.createElement("button");
    fold.type = "button";
    fold.className = "map-fold";
    fold.setAttribute("aria-expanded", "true");
    fold.setAttribute("aria-label", open.querySelector(".visually-hidden").textContent);
    open.replaceWith(fold);
  });

  const hit = paper.querySelector(".map-hit");
  hit?.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
}
