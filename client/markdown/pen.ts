import { append } from "./element.ts";

/** A mark that has opened and not closed: shown as `el` for now, worth its `literal` characters if it never closes. */
export interface OpenMark {
  readonly literal: string;
  readonly el: HTMLElement;
}

/** The look behind keeps it from beginning anew at each of many blanks. */
const TRAILING_BLANKS = /(?<![ \t])[ \t]+$/;

type TagName = keyof HTMLElementTagNameMap;

/**
 * Writes inline content at the end of an element. Text beside text always becomes one node, however it was cut.
 * The innermost open mark is always the last child of its parent, so nothing before it is ever touched.
 */
export interface Pen {
  readonly marks: readonly OpenMark[];
  /** Joins the page at the next `flush`, which every other call here implies. */
  text(text: string): void;
  flush(): void;
  append<Tag extends TagName>(tag: Tag): HTMLElementTagNameMap[Tag];
  open(literal: string, tag: TagName): void;
  /** Finishes the mark at `depth`; what is still open inside it becomes literal. */
  close(depth: number): HTMLElement;
  /** The mark at `depth` was none: its literal characters come back and its content moves out one level. */
  dissolve(depth: number): void;
  /** Takes back the blanks at the end of the line. */
  trim(): void;
}

export function openPen(root: HTMLElement): Pen {
  const marks: OpenMark[] = [];
  let held = "";

  const tip = () => marks.at(-1)?.el ?? root;

  function flush(): void {
    if (held) appendText(tip(), held);
    held = "";
  }

  function appendTag<Tag extends TagName>(tag: Tag): HTMLElementTagNameMap[Tag] {
    flush();
    return append(tip(), tag);
  }

  function dissolve(depth: number): void {
    flush();
    for (const mark of marks.splice(depth, 1)) unwrapLast(mark.el, mark.literal);
  }

  return {
    marks,
    flush,
    dissolve,
    append: appendTag,
    text(text) {
      held += text;
    },
    open(literal, tag) {
      marks.push({ literal, el: appendTag(tag) });
    },
    close(depth) {
      while (marks.length > depth + 1) dissolve(depth + 1);
      flush();
      return marks.pop()?.el ?? root;
    },
    trim() {
      flush();
      const last = tip().lastChild;
      if (!(last instanceof Text)) return;
      last.data = last.data.replace(TRAILING_BLANKS, "");
      if (last.length === 0) last.remove();
    },
  };
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
  else parent.append(text);
}
