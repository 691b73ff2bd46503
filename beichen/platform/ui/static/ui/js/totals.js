// Adds up inputs while they are typed, exactly (integers of the smallest decimal), and says what is missing.
// <div data-behaviour="totals" data-target="100"> … <input data-part> … <output data-total></output> </div>
import { words } from "./toast.js";

function units(text, places) {
  const match = /^\s*(-?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  if (!match) return 0n;
  const decimals = (match[3] ?? "").slice(0, places).padEnd(places, "0");
  return BigInt(`${match[1]}${match[2] || "0"}${decimals}`);
}

function written(amount, places) {
  const text = String(amount < 0n ? -amount : amount).padStart(places + 1, "0");
  const whole = places ? `${text.slice(0, -places)}.${text.slice(-places)}`.replace(/\.?0+$/, "") : text;
  return `${amount < 0n ? "−" : ""}${whole}`;
}

export function start(root) {
  const places = Number(root.dataset.places ?? 2);
  const target = root.dataset.target ? units(root.dataset.target, places) : null;
  function add() {
    let sum = 0n;
    root.querySelectorAll("[data-part]").forEach((input) => { sum += units(input.value, places); });
    root.querySelectorAll("[data-total]").forEach((output) => {
      const missing = target === null ? 0n : target - sum;
      output.classList.add("total");
      output.classList.toggle("total-off", missing !== 0n);
      output.classList.toggle("total-right", target !== null && missing === 0n);
      const word = missing > 0n ? words().missing : missing < 0n ? words().over : words().right;
      const rest = target === null ? "" : ` · ${word.replace("%(n)s", written(missing < 0n ? -missing : missing, places))}`;
      output.textContent = written(sum, places) + rest;
    });
  }
  root.addEventListener("input", add);
  add();
}
