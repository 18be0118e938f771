import { h } from "preact";
import { vi } from "vitest";
import { unpack } from "../../client/widget/extras/extras.ts";
import type { MoreWords } from "../../client/widget/extras/words/words.ts";

/** The extras as the body has them once they have been fetched; their styles go nowhere. */
export function unpackedExtras(words: MoreWords) {
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync() {}
    },
  );
  // CAST: of a shadow root only its style sheets are asked for.
  const root = { adoptedStyleSheets: [] } as unknown as ShadowRoot;
  return { ...unpack({ h, root, server: "https://chat.example/" }), words };
}
