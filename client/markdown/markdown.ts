import { openBlocks } from "./blocks.ts";
import type { LinkRule } from "./links.ts";
import { REORDERING } from "./scan.ts";

export interface MarkdownOptions {
  /** Asked for each address whose scheme is http, https, mailto or tel; what it refuses stays text. Default: all may. */
  readonly isLink?: LinkRule;
}

export interface MarkdownSink {
  /** Takes a piece of any size, cut anywhere, even within a surrogate pair. Time is linear in all that is written. */
  write(piece: string): void;
  /** Ends the text: marks that never closed become the characters they were written with. Write no more after it. */
  end(): void;
}

/**
 * Renders Markdown at the end of `root` while it arrives. However it is cut, the outcome is the same. Half-open marks
 * are never shown raw, finished blocks are never touched again, and nothing is fetched: images become links.
 * Nodes are made one by one, with no HTML parsed and no style set, so it runs under the strictest content policy.
 *
 * Made for style sheets: `.table` scrolls sideways, cells have `data-align`, `code` has `data-lang`, an item's first
 * paragraph stands in its `li` directly, headings start at `h3`.
 *
 * There is no reset: to restart a text at an offset, empty `root`, open a new sink, and write the whole text again in
 * one piece, which takes about half a millisecond for a thousand characters.
 */
export function openMarkdown(root: HTMLElement, options: MarkdownOptions = {}): MarkdownSink {
  const { write, end } = openBlocks(root, options.isLink ?? (() => true));
  return { write: (piece) => write(piece.replaceAll("\r", "").replace(REORDERING, "")), end };
}

/** Renders a whole text at the end of `root`. */
export function renderMarkdown(root: HTMLElement, text: string, options?: MarkdownOptions): void {
  const sink = openMarkdown(root, options);
  sink.write(text);
  sink.end();
}
