import { append } from "./element.ts";
import { openInline } from "./inline.ts";
import type { LinkRule } from "./links.ts";
import type { LineSink } from "./sink.ts";

const CLOSING_SIGNS = /(?<![ \t])[ \t]+#+$/;

/** Begins a heading two levels below its own: the page around it has the first two. Number signs may close it. */
export function openHeading(host: HTMLElement, level: number, text: string, rule: LinkRule): LineSink {
  const el = append(host, `h${Math.min(level + 2, 6) as 3 | 4 | 5 | 6}`);
  const { write, end } = openInline(el, rule);
  write(text);
  return {
    write,
    end() {
      end();
      const last = el.lastChild;
      if (last instanceof Text) last.data = last.data.replace(CLOSING_SIGNS, "");
    },
  };
}
