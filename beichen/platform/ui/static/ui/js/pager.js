// The next rows bring their own button: the one that was pressed goes away.
export function start(link) {
  link.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) link.closest(".pager")?.remove();
  });
}
