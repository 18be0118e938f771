import { type MarkdownOptions, openMarkdown, renderMarkdown } from "../../client/markdown/markdown.ts";

/** Renders `text` in one piece. */
export function render(text: string, options?: MarkdownOptions): HTMLElement {
  const root = document.createElement("div");
  renderMarkdown(root, text, options);
  return root;
}

/** Renders `text` in pieces of `chars` UTF-16 units, surrogate pairs cut like anything else. */
export function renderCut(text: string, chars: number): HTMLElement {
  return renderPieces(cut(text, chars));
}

export function renderPieces(pieces: readonly string[]): HTMLElement {
  const root = document.createElement("div");
  const sink = openMarkdown(root);
  for (const piece of pieces) sink.write(piece);
  sink.end();
  return root;
}

export function cut(text: string, chars: number): string[] {
  return Array.from({ length: Math.ceil(text.length / chars) }, (_, index) =>
    text.slice(index * chars, (index + 1) * chars),
  );
}

/** A short form to write expectations in: no link attributes but the address. */
export function short(root: Element): string {
  return root.innerHTML
    .replaceAll(' rel="noopener noreferrer nofollow" target="_blank"', "")
    .replaceAll(' tabindex="0"', "")
    .replaceAll(' scope="col"', "");
}
