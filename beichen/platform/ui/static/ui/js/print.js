// A button that opens the browser's print dialogue, from which the page is also saved as PDF.
// <button type="button" data-behaviour="print" hidden> … </button>
export function start(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
