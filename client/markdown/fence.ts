import { BEGUN } from "./scan.ts";
import { dedent, type FenceStart, indentOf } from "./starts.ts";

const CLOSING = /^[ \t]*(`{1,100}|~{1,100})?[ \t]*$/;

/** A fenced code block: `<pre tabindex="0"><code data-lang="…">`, one text node, no newline at the end. */
export class Fence {
  readonly #start: FenceStart;
  readonly #text = new Text();
  #isEmpty = true;

  constructor(host: HTMLElement, start: FenceStart) {
    this.#start = start;
    const pre = host.appendChild(document.createElement("pre"));
    const code = pre.appendChild(document.createElement("code"));
    pre.tabIndex = 0;
    if (start.language) code.setAttribute("data-lang", start.language);
    code.append(this.#text);
  }

  /** Whether `line` is the closing fence; `whole` when the line ends there. */
  isClosedBy(line: string, whole: boolean): boolean | typeof BEGUN {
    const [found, mark = ""] = CLOSING.exec(line) ?? [];
    const { mark: opening } = this.#start;
    if (!whole && found !== undefined && opening.startsWith(mark.charAt(0))) return BEGUN;
    return mark.length >= opening.length && mark.startsWith(opening);
  }

  beginLine(line: string): void {
    if (!this.#isEmpty) this.write("\n");
    this.#isEmpty = false;
    this.write(dedent(line, Math.min(indentOf(line), this.#start.indent)));
  }

  write(text: string): void {
    this.#text.appendData(text);
  }
}
