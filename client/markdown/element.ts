/** Adds a new element at the end of `parent`. */
export function append<Tag extends keyof HTMLElementTagNameMap>(parent: Node, tag: Tag): HTMLElementTagNameMap[Tag] {
  return parent.appendChild(document.createElement(tag));
}
