import { append } from "./element.ts";
import { IGNORED, type LineSink } from "./sink.ts";
import { dedent, type FenceStart, indentOf } from "./starts.ts";

const CLOSING = /^[ \t]*(`{1,100}|~{1,100})?[ \t]*$/;

/**
 * Takes a line of code. Gives its sink, `IGNORED` when it is the closing fence, none while it may become that; `whole`
 * when the line ends here.
 */
export type Fence = (begun: string, whole: boolean) => LineSink | undefined;

/** A fenced code block: `<pre tabindex="0"><code data-lang="…">`, one text node, no newline at the end. */
export function openFence(host: HTMLElement, { mark: opening, language, indent }: FenceStart): Fence {
  const text = new Text();
  const pre = append(host, "pre");
  const code = append(pre, "code");
  pre.tabIndex = 0;
  if (language) code.setAttribute("data-lang", language);
  code.append(text);
  let isEmpty = true;

  return (begun, whole) => {
    const [found, mark = ""] = CLOSING.exec(begun) ?? [];
    if (!whole && found !== undefined && opening.startsWith(mark.charAt(0))) return undefined;
    if (mark.startsWith(opening)) return IGNORED;
    if (!isEmpty) text.appendData("\n");
    isEmpty = false;
    text.appendData(dedent(begun, Math.min(indentOf(begun), indent)));
    return { write: (more) => text.appendData(more), end() {} };
  };
}
