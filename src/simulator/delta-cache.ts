import type { Range } from "./pace.ts";
import { cutText } from "./pieces.ts";
import { hashText, openRandom } from "./random.ts";
import { eventChunk, type Wire } from "./sse.ts";

/** How the text of a block becomes deltas. Equal wishes for an equal text give the very same buffers. */
export interface Cut extends Wire {
  readonly deltaChars: Range;
  readonly splitPairs: boolean;
}

const maxBytes = 32 * 1024 * 1024;

/**
 * The formatted deltas of answers already given, the least recently used dropped beyond 32 MB. Thousands of streams of
 * the same answer share one set of buffers, and a delta costs one write.
 */
export class DeltaCache {
  readonly #entries = new Map<string, readonly Buffer[]>();
  #bytes = 0;

  textDeltas(text: string, index: number, cut: Cut): readonly Buffer[] {
    const key = `${index}|${cut.deltaChars}|${cut.splitPairs}|${cut.crlf}|${text}`;
    const known = this.#entries.get(key);
    if (known === undefined) return this.#add(key, format(text, index, cut));
    this.#entries.delete(key);
    this.#entries.set(key, known);
    return known;
  }

  #add(key: string, deltas: readonly Buffer[]): readonly Buffer[] {
    this.#entries.set(key, deltas);
    this.#bytes += sizeOf(deltas);
    for (const [oldest, buffers] of this.#entries) {
      if (this.#bytes <= maxBytes || oldest === key) break;
      this.#entries.delete(oldest);
      this.#bytes -= sizeOf(buffers);
    }
    return deltas;
  }
}

function format(text: string, index: number, cut: Cut): readonly Buffer[] {
  return cutText(text, cut, openRandom(hashText(text))).map((piece) =>
    eventChunk("content_block_delta", textDelta(index, piece), cut),
  );
}

function textDelta(index: number, text: string) {
  return { type: "content_block_delta", index, delta: { type: "text_delta", text } };
}

function sizeOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}
