import type { Clock } from "./clock.ts";
import type { PeerMessage } from "./peers.ts";

/** What another node tells of a conversation that somebody looks at. */
export type Told = Extract<PeerMessage, { kind: "started" | "slice" | "text" | "activity" | "ended" | "added" }>;

/** What was told by whom. */
export interface News {
  readonly from: string;
  readonly told: Told;
}

/** So long somebody may take to open a conversation of which this node is told already. */
const openingMs = 2_000;
/** What comes beyond so many is not kept: it will be asked for. */
const mostNews = 10_000;

/**
 * What is told of conversations at which nobody on this node looks yet: between the moment at which a node asks to be told
 * and the moment at which somebody looks, a step or two may be made.
 */
export class EarlyNews {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, { readonly since: number; readonly news: News[] }>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(conversationId: string, news: News): void {
    if (this.#count >= mostNews) return;
    const waiting = this.#waiting.get(conversationId) ?? { since: this.#clock.elapsed(), news: [] };
    waiting.news.push(news);
    this.#waiting.set(conversationId, waiting);
    this.#count++;
  }

  take(conversationId: string): readonly News[] {
    const news = this.#waiting.get(conversationId)?.news ?? [];
    this.#waiting.delete(conversationId);
    this.#count -= news.length;
    return news;
  }

  /** Takes those for which nobody has come: who told of them, for each conversation. */
  takeStale(): readonly { readonly conversationId: string; readonly tellers: ReadonlySet<string> }[] {
    const due = this.#clock.elapsed() - openingMs;
    const stale = [...this.#waiting].filter(([, { since }]) => since <= due).map(([conversationId]) => conversationId);
    return stale.map((conversationId) => ({
      conversationId,
      tellers: new Set(this.take(conversationId).map(({ from }) => from)),
    }));
  }
}
