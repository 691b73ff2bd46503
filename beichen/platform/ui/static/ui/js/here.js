// A list that is longer than its box is shown from where one stands.
export function start(box) {
  const here = box.querySelector("[aria-current]");
  if (!here) return;
  const at = here.getBoundingClientRect();
  const around = box.getBoundingClientRect();
  if (box.scrollHeight > box.clientHeight) box.scrollTop += at.top - around.top - box.clientHeight / 2;
  if (box.scrollWidth > box.clientWidth) box.scrollLeft += at.left + at.width / 2 - around.left - box.clientWidth / 2;
}
