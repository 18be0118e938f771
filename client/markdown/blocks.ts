import { append } from "./element.ts";
import type { Fence } from "./fence.ts";
import { openHeading } from "./heading.ts";
import { openLeaf } from "./leaf.ts";
import type { LinkRule } from "./links.ts";
import { BEGUN } from "./scan.ts";
import { IGNORED, type LineSink } from "./sink.ts";
import { dedent, type ItemStart, indentOf, readStart, type Start, textOf } from "./starts.ts";

/** A blockquote, or a list item together with its list. */
interface Container {
  readonly el: HTMLElement;
  readonly item?: ItemStart;
  readonly list?: HTMLElement;
}

const MAX_DEPTH = 12;

/**
 * Reads Markdown line by line and builds its blocks at the end of `root`. A line is held back until it is known what
 * it begins, and then flows into its block as it arrives. Only the last block is open; the others are never touched
 * again.
 */
export function openBlocks(root: HTMLElement, rule: LinkRule): LineSink {
  const leaf = openLeaf(rule);
  const containers: Container[] = [];
  /** How many containers the current line is known to continue. */
  let matched = 0;
  /** What of the current line is undecided. */
  let line = "";
  let sink: LineSink | undefined;

  const host = () => containers.at(-1)?.el ?? root;

  function take(part: string): void {
    if (sink) {
      if (part) sink.write(part);
      return;
    }
    line += part;
    // Blanks alone decide nothing, and looking again at each of thousands would take quadratic time.
    if (/[^ \t]/.test(part)) decide(false);
  }

  function endLine(): void {
    decide(true);
    sink?.end();
    sink = undefined;
    line = "";
    matched = 0;
  }

  function decide(whole: boolean): void {
    while (!sink && step(whole)) {}
  }

  /** One container matched or opened, or the line's sink found; false when more of the line is needed. */
  function step(whole: boolean): boolean {
    const container = containers[matched];
    if (!container) return leaf.fence ? takeCode(leaf.fence, whole) : start(whole);
    if (!whole && /^[ \t]*>?$/.test(line)) return false;
    const rest = continued(container, line);
    if (rest === undefined) return start(whole);
    line = rest;
    matched++;
    return true;
  }

  function takeCode(fence: Fence, whole: boolean): boolean {
    sink = fence(line, whole);
    if (sink === IGNORED) leaf.close();
    return sink !== undefined;
  }

  function start(whole: boolean): boolean {
    const begun = readStart(line, whole);
    if (begun === BEGUN) return false;
    sink = open(isAllowed(begun) ? begun : { kind: "text", rest: textOf(line) });
    return true;
  }

  function isAllowed(begun: Start): boolean {
    if (begun.kind !== "item" && begun.kind !== "quote") return true;
    return matched < MAX_DEPTH && !(begun.kind === "item" && isProse(begun.item, begun.rest));
  }

  /** Within a paragraph, "2026. " or a lone "-" at the start of a line begins no list. */
  function isProse(item: ItemStart, rest: string): boolean {
    const isInParagraph = leaf.isParagraph && matched === containers.length;
    return isInParagraph && (!rest || (item.number ?? 1) !== 1);
  }

  /** Gives the sink of the line, or none when the line goes on inside a new container. */
  function open(begun: Start): LineSink | undefined {
    const sibling = containers[matched];
    if (!(begun.kind === "text" && leaf.isParagraph) && (begun.kind !== "pipe" || sibling)) close(matched);
    switch (begun.kind) {
      case "text":
        return leaf.text(host(), begun.rest);
      case "pipe":
        return leaf.row(host(), line);
      case "heading":
        return openHeading(host(), begun.level, begun.rest, rule);
      case "quote":
        return enter({ el: append(host(), "blockquote") }, begun.rest);
      case "item":
        return enter(openItem(begun.item, sibling), begun.rest);
      case "fence":
        leaf.openFence(host(), begun.fence);
        return IGNORED;
      case "rule":
        append(host(), "hr");
        return IGNORED;
      case "blank":
        return IGNORED;
      default:
        return begun satisfies never;
    }
  }

  function enter(container: Container, rest: string): undefined {
    matched = containers.push(container);
    line = rest;
  }

  function openItem(item: ItemStart, sibling: Container | undefined): Container {
    const list = sibling?.list && sibling.item?.mark === item.mark ? sibling.list : openList(item.number);
    return { el: append(list, "li"), item, list };
  }

  function openList(number: number | undefined): HTMLElement {
    if (number === undefined) return append(host(), "ul");
    const list = append(host(), "ol");
    if (number !== 1) list.start = number;
    return list;
  }

  /** Ends the open leaf and all containers beyond `depth`. */
  function close(depth: number): void {
    leaf.close();
    containers.length = depth;
  }

  return {
    write(text) {
      for (const [index, part] of text.split("\n").entries()) {
        if (index > 0) endLine();
        take(part);
      }
    },
    end() {
      if (line || sink) endLine();
      close(0);
    },
  };
}

/** What `container` leaves of a line that continues it. */
function continued({ item }: Container, line: string): string | undefined {
  const text = textOf(line);
  if (!item) return text.startsWith(">") ? text.replace(/^> ?/, "") : undefined;
  return !text || indentOf(line) >= item.neededIndent ? dedent(line, item.contentIndent) : undefined;
}
