import { type Clock, sleep } from "./clock.ts";
import type { Peers } from "./peers.ts";
import type { TurnRef } from "./turns.ts";

export interface HushesOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What is not answered is asked again after so long: messages between nodes may be lost. */
const againMs = 150;
/** A node that answers nothing for so long is dead, or asleep: then it says nothing either when it wakes (N1). */
const patienceMs = 2_000;

/** Asks other nodes to be silent about an answer, and waits until they are (H1). */
export class Hushes {
  readonly #options: HushesOptions;
  /** The nodes that have not answered, by what was asked. */
  readonly #open = new Map<string, { readonly missing: Set<string>; readonly done: AbortController }>();

  constructor(options: HushesOptions) {
    this.#options = options;
  }

  /** Resolves when all of `nodes` are silent about that turn, or cannot speak any more. */
  async ask(ref: TurnRef, nodes: readonly string[]): Promise<void> {
    if (nodes.length === 0) return;
    const { peers, clock, newId } = this.#options;
    const asked = newId();
    const [missing, done] = [new Set(nodes), new AbortController()];
    this.#open.set(asked, { missing, done });
    for (let waitedMs = 0; waitedMs < patienceMs && missing.size > 0; waitedMs += againMs) {
      for (const nodeId of missing) peers.send(nodeId, { kind: "hush", ref, asked });
      await sleep(clock, againMs, done.signal);
    }
    this.#open.delete(asked);
  }

  heard(from: string, asked: string): void {
    const open = this.#open.get(asked);
    open?.missing.delete(from);
    if (open?.missing.size === 0) open.done.abort();
  }
}
