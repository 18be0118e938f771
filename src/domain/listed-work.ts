import type { WorkList } from "./asking.ts";
import type { Clock, Undo } from "./clock.ts";
import type { Nodes } from "./nodes.ts";
import { Outage } from "./outage.ts";

/** What is done stays listed for so long at most: should the node die then, others look at it for nothing. */
const laterMs = 200;

export interface ListedWorkOptions {
  readonly nodes: Pick<Nodes, "take" | "drop">;
  /** This node's present id. */
  readonly nodeId: () => string;
  readonly clock: Clock;
  /** Told of what is no outage. */
  readonly onFault: (fault: unknown) => void;
}

/**
 * Lists this node's work among the nodes' (N1): at once what is taken, each time, for the store may have lost what it had; a little
 * later what is done, all in one step, unless it is taken again by then.
 */
export class ListedWork implements WorkList {
  readonly #options: ListedWorkOptions;
  /** Done, and still listed under this name of the node. */
  readonly #done = new Map<string, string>();
  #next: Undo | null = null;

  constructor(options: ListedWorkOptions) {
    this.#options = options;
  }

  async take(conversationId: string): Promise<void> {
    const { nodes, nodeId } = this.#options;
    const name = nodeId();
    // What is done under another name is listed there no more, whatever happens here.
    if (this.#done.get(conversationId) === name) this.#done.delete(conversationId);
    await nodes.take(name, conversationId).catch((fault: unknown) => this.#forgive(fault));
  }

  async drop(conversationId: string): Promise<void> {
    this.#done.set(conversationId, this.#options.nodeId());
    this.#next ??= this.#options.clock.after(laterMs, () => void this.flush());
  }

  /** What is done is listed no more. */
  async flush(): Promise<void> {
    this.#next?.();
    this.#next = null;
    const names = Map.groupBy(this.#done.keys(), (conversationId) => this.#done.get(conversationId) ?? "");
    this.#done.clear();
    await Promise.all([...names].map(([name, ids]) => this.#dropAll(name, ids)));
  }

  async #dropAll(name: string, conversationIds: readonly string[]): Promise<void> {
    await this.#options.nodes.drop(name, conversationIds).catch((fault: unknown) => this.#forgive(fault));
  }

  /** While the store is away what is listed there is put right when it is back. */
  #forgive(fault: unknown): void {
    if (!(fault instanceof Outage)) this.#options.onFault(fault);
  }
}
