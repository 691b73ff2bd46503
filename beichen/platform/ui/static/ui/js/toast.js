// Sentences of the page's language come from the page; scripts hold none.
export function words() {
  return document.getElementById("words").dataset;
}

// Successes leave by themselves; what went wrong stays until it is closed.
const STAY = 6000;

function leave(line) {
  if (!line.classList.contains("toast-error")) setTimeout(() => line.remove(), STAY);
}

export function toast(text, tone = "success") {
  const line = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  line.querySelector("p").textContent = text;
  line.className = `toast-line toast-${tone}`;
  if (tone === "error") line.setAttribute("role", "alert");
  document.getElementById("toasts").append(line);
  leave(line);
}

document.querySelectorAll("#toasts .toast-line").forEach(leave);
