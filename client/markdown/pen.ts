import { append } from "./element.ts";

/** A mark that has opened and not closed: shown as `el` for now, worth its `literal` characters if it never closes. */
export interface OpenMark {
  readonly literal: string;
  readonly el: HTMLElement;
}

/**
 * Writes inline content at the end of `root`. Text beside text always becomes one node, however it was cut.
 * The innermost open mark is always the last child of its parent, so nothing before it is ever touched.
 */
export class Pen {
  readonly marks: OpenMark[] = [];
  readonly #root: HTMLElement;
  #text = "";

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** Joins the page at the next `flush`, which every other call here implies. */
  text(text: string): void {
    this.#text += text;
  }

  flush(): void {
    if (this.#text) appendText(this.#tip(), this.#text);
    this.#text = "";
  }

  append<Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] {
    this.flush();
    return append(this.#tip(), tag);
  }

  open(literal: string, tag: keyof HTMLElementTagNameMap): void {
    const el = this.append(tag);
    this.marks.push({ literal, el });
  }

  /** Finishes the mark at `depth`; what is still open inside it becomes literal. */
  close(depth: number): HTMLElement {
    while (this.marks.length > depth + 1) this.dissolve(depth + 1);
    this.flush();
    return this.marks.pop()?.el ?? this.#root;
  }

  /** The mark at `depth` was none: its literal characters come back and its content moves out one level. */
  dissolve(depth: number): void {
    this.flush();
    for (const mark of this.marks.splice(depth, 1)) unwrapLast(mark.el, mark.literal);
  }

  /** Takes back the blanks at the end of the line. */
  trim(): void {
    this.flush();
    const last = this.#tip().lastChild;
    if (last instanceof Text) trimEnd(last);
  }

  #tip(): HTMLElement {
    return this.marks.at(-1)?.el ?? this.#root;
  }
}

/** Puts `before` and the content of `el`, the last child of its parent, in the place of `el`. */
export function unwrapLast(el: HTMLElement, before = ""): void {
  const parent = el.parentElement;
  if (!parent) return;
  const content = [...el.childNodes];
  el.remove();
  if (before) appendText(parent, before);
  for (const node of content) {
    if (node instanceof Text) appendText(parent, node.data);
    else parent.append(node);
  }
}

function appendText(parent: HTMLElement, text: string): void {
  const last = parent.lastChild;
  if (last instanceof Text) last.appendData(text);
  else parent.appendChild(document.createTextNode(text));
}

function trimEnd(node: Text): void {
  let end = node.length;
  while (end > 0 && " \t".includes(node.data.charAt(end - 1))) end--;
  if (end === 0) node.remove();
  else if (end < node.length) node.deleteData(end, node.length - end);
}
