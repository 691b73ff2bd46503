// Puts an open popover beside its button and keeps it inside the window. Without this script it opens centred.
const GAP = 6;
const EDGE = 12;

function put(popover, button) {
  if (matchMedia("(width < 576px)").matches && popover.classList.contains("explain")) return;
  const from = button.getBoundingClientRect();
  popover.style.margin = "0";
  popover.style.inset = "auto";
  const { offsetWidth: width, offsetHeight: height } = popover;
  const fits = from.left + width <= innerWidth - EDGE;
  const left = Math.max(EDGE, fits ? from.left : Math.min(from.right, innerWidth - EDGE) - width);
  const below = from.bottom + GAP;
  const top = below + height > innerHeight - EDGE && from.top - GAP - height > EDGE ? from.top - GAP - height : below;
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
  popover.style.maxHeight = `${innerHeight - top - EDGE}px`;
  popover.style.overflowY = "auto";
}

export function start(popover) {
  const button = () => document.querySelector(`[popovertarget="${CSS.escape(popover.id)}"]`);
  popover.addEventListener("toggle", (event) => {
    button()?.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "open") return;
    put(popover, button());
    popover.dispatchEvent(new CustomEvent("beichen:opened", { bubbles: true }));
  });
  popover.addEventListener("htmx:afterSwap", () => put(popover, button()));
}
