import { type MarkdownSink, openMarkdown } from "../markdown/markdown.ts";
import { openFlush } from "./flush.ts";
import { useLayoutEffect, useRef, withHooks } from "./hooks.ts";
import type { Viewed } from "./view.ts";

interface AnswerTextProps extends Viewed {
  turnId: string;
  ended: boolean;
  /** Called when the first words stand on the page. */
  onBegun(): void;
}

/** The text of one answer, written straight into the page: it never passes through any state. */
export const AnswerText = withHooks(({ view, turnId, ended, onBegun }: AnswerTextProps) => {
  const place = useRef<HTMLDivElement>(null);
  const finish = useRef<() => void>(null);
  useLayoutEffect(() => {
    if (!place.current) return;
    const writer = openWriter(place.current, onBegun);
    const unwatch = view.acts.watchText(turnId, writer);
    finish.current = writer.end;
    return () => {
      unwatch();
      writer.close();
    };
  }, [turnId]);
  useLayoutEffect(() => {
    if (ended) finish.current?.();
  }, [ended]);
  return <div class={ended ? "text" : "text streaming"} dir="auto" ref={place} />;
});

/** Assistants choose headings by their looks; to the ear all are one step below the panel's title. */
function levelHeadings(root: HTMLElement): void {
  for (const heading of root.querySelectorAll(":is(h4,h5,h6):not([aria-level])")) heading.ariaLevel = "3";
}

/** A text sink that renders Markdown into `root`, a picture at a time. */
function openWriter(root: HTMLElement, onBegun: () => void) {
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
