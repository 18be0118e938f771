import { type MarkdownSink, openMarkdown } from "../markdown/markdown.ts";
import { openFlush } from "./flush.ts";

/** Assistants choose headings by their looks; to the ear all are one step below the panel's title. */
function levelHeadings(root: HTMLElement): void {
  for (const heading of root.querySelectorAll(":is(h4,h5,h6):not([aria-level])")) heading.ariaLevel = "3";
}

/** A text sink that renders Markdown into `root`, a picture at a time; `onBegun` is called after each. */
export function openTextWriter(root: HTMLElement, onBegun: () => void) {
  let sink: MarkdownSink = openMarkdown(root);
  let ended = false;
  const flush = openFlush((text) => {
    sink.write(text);
    levelHeadings(root);
    onBegun();
  });
  return {
    /** What was shown may have been wrong from some place on, so it is written anew. */
    reset(text: string) {
      flush.restart();
      root.replaceChildren();
      sink = openMarkdown(root);
      if (text !== "") flush.push(text);
      if (ended) sink.end();
    },
    append(piece: string) {
      flush.push(piece);
    },
    end() {
      flush.flush();
      sink.end();
      ended = true;
    },
    close: flush.restart,
  };
}
