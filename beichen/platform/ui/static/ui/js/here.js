// A long list in a low box is shown from where one stands.
export function start(box) {
  const here = box.querySelector("[aria-current]");
  if (!here || box.scrollHeight <= box.clientHeight) return;
  const above = here.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += above - box.clientHeight / 2;
}
