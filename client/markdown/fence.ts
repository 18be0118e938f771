import { append } from "./element.ts";
import { IGNORED, type LineSink } from "./sink.ts";
import { dedent, type FenceStart, indentOf } from "./starts.ts";

const CLOSING = /^[ \t]*(`{1,100}|~{1,100})?[ \t]*$/;

/** A fenced code block: `<pre tabindex="0"><code data-lang="…">`, one text node, no newline at the end. */
export class Fence {
  readonly #start: FenceStart;
  readonly #text = new Text();
  #isEmpty = true;

  constructor(host: HTMLElement, start: FenceStart) {
    this.#start = start;
    const pre = append(host, "pre");
    const code = append(pre, "code");
    pre.tabIndex = 0;
    if (start.language) code.setAttribute("data-lang", start.language);
    code.append(this.#text);
  }

  /** A line of code, `IGNORED` when it is the closing fence, none while it may become that; `whole` when it ends here. */
  line(begun: string, whole: boolean): LineSink | undefined {
    const [found, mark = ""] = CLOSING.exec(begun) ?? [];
    const { mark: opening } = this.#start;
    if (!whole && found !== undefined && opening.startsWith(mark.charAt(0))) return undefined;
    return mark.startsWith(opening) ? IGNORED : this.#code(begun);
  }

  #code(begun: string): LineSink {
    if (!this.#isEmpty) this.#text.appendData("\n");
    this.#isEmpty = false;
    this.#text.appendData(dedent(begun, Math.min(indentOf(begun), this.#start.indent)));
    return { write: (more) => this.#text.appendData(more), end() {} };
  }
}
