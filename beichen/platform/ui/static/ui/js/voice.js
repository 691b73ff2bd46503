// A microphone beside the boxes of a form, where the browser turns speech into text and the person has switched it on.
import { words, toast } from "./toast.js";

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
const HARMLESS = new Set(["aborted", "no-speech"]);
let listening = null;

export const supported = Recognition !== undefined;

function key() {
  return `beichen:voice:${document.querySelector('meta[name="account"]')?.content ?? ""}`;
}

export function isOn() {
  return supported && localStorage.getItem(key()) === "on";
}

export function switchTo(on) {
  if (on) localStorage.setItem(key(), "on");
  else localStorage.removeItem(key());
  halt();
  document.dispatchEvent(new CustomEvent("beichen:voice"));
}

function halt() {
  listening?.abort();
  listening = null;
}

function write(area, spoken) {
  const gap = area.value && !/\s$/.test(area.value) && document.documentElement.lang === "en" ? " " : "";
  const room = area.maxLength > 0 ? area.maxLength - area.value.length : Infinity;
  area.value += `${gap}${spoken.trim()}`.slice(0, room);
  area.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: { spoken: true } }));
}

function listen(area, button) {
  const recognition = new Recognition();
  recognition.lang = document.documentElement.lang;
  recognition.continuous = true;
  recognition.onresult = ({ results, resultIndex }) => {
    for (const result of [...results].slice(resultIndex)) if (result.isFinal) write(area, result[0].transcript);
  };
  recognition.onerror = ({ error }) => HARMLESS.has(error) || toast(words().unheard, "error");
  recognition.onend = () => {
    button.setAttribute("aria-pressed", "false");
    if (listening === recognition) listening = null;
  };
  button.setAttribute("aria-pressed", "true");
  listening = recognition;
  recognition.start();
}

function microphone(area) {
  const button = document.getElementById("voice-template").content.firstElementChild.cloneNode(true);
  const label = area.labels[0]?.firstChild?.textContent.trim() ?? "";
  button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${label}`);
  button.addEventListener("click", () => {
    const stops = button.getAttribute("aria-pressed") === "true";
    halt();
    if (!stops) listen(area, button);
  });
  return button;
}

export function start(form) {
  if (!supported) return;
  function draw() {
    form.querySelectorAll("[data-voice-button]").forEach((button) => button.remove());
    if (isOn()) form.querySelectorAll("textarea:not([readonly])").forEach((area) => area.after(microphone(area)));
  }
  draw();
  document.addEventListener("beichen:voice", draw);
  form.addEventListener("submit", halt);
  form.closest("dialog")?.addEventListener("close", halt);
}
