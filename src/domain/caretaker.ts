import type { Assistant } from "./assistant.ts";
import { continuable } from "./continuation.ts";
import type { Conversations } from "./conversations.ts";
import type { Nodes } from "./nodes.ts";
import { Outage } from "./outage.ts";
import type { Turn, Turns } from "./turns.ts";

export interface CaretakerOptions {
  readonly nodes: Nodes;
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly assistant: Assistant;
  /** This node writes that answer itself now. */
  readonly adopted: (turnId: string) => void;
  readonly random: () => number;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Conversations that are looked at together. */
const batch = 16;

/**
 * Takes over what a dead node was answering.
 *
 * - **N1, A8** Each answer is claimed by raising its epoch, which one node alone can do; the dead one, should it wake,
 *   writes under an epoch that nobody takes any more.
 * - **N2** An answer goes on from the text that was logged, a question that had no answer yet is answered.
 * - A conversation that cannot be read holds up no other; it stays listed for as long as it is stored.
 */
export class Caretaker {
  readonly #options: CaretakerOptions;
  readonly #busy = new Set<string>();
  /** Conversations that cannot be taken over, so that each is told of once. */
  readonly #broken = new Set<string>();

  constructor(options: CaretakerOptions) {
    this.#options = options;
  }

  /** Takes over what is left of a node's work; asked again while that goes on, it does nothing. Never rejects. */
  async care(nodeId: string): Promise<void> {
    if (this.#busy.has(nodeId)) return;
    this.#busy.add(nodeId);
    try {
      const { nodes } = this.#options;
      const work = shuffled(await nodes.work(nodeId), this.#options.random);
      let isDone = true;
      for (let at = 0; at < work.length; at += batch) {
        const taking = work.slice(at, at + batch).map((conversationId) => this.#take(nodeId, conversationId));
        for (const taken of await Promise.all(taking)) isDone &&= taken;
      }
      if (isDone) await nodes.forget(nodeId);
    } catch (fault) {
      // It is asked again at the next beat.
      if (!(fault instanceof Outage)) this.#options.onFault(fault, nodeId);
    } finally {
      this.#busy.delete(nodeId);
    }
  }

  /** Looks after a conversation of which this node may have lost the thread: an answer that it owns and does not write. */
  async look(nodeId: string, conversationId: string): Promise<void> {
    const { conversations, assistant } = this.#options;
    const conversation = await conversations.read(conversationId);
    if (conversation === null) return;
    const { running, waiting, logged } = conversation;
    if (running?.owner === nodeId && !assistant.live(running.turnId)) await this.#claim(running, logged);
    else if (running === null && waiting !== null) assistant.serve(conversationId);
  }

  /** True when that conversation is no work of that node any more. */
  async #take(nodeId: string, conversationId: string): Promise<boolean> {
    try {
      await this.look(nodeId, conversationId);
      await this.#options.nodes.drop(nodeId, conversationId);
      return true;
    } catch (fault) {
      if (fault instanceof Outage) throw fault;
      if (!this.#broken.has(conversationId)) this.#options.onFault(fault, conversationId);
      this.#broken.add(conversationId);
      return false;
    }
  }

  async #claim(turn: Turn, logged: string): Promise<void> {
    const { assistant, adopted } = this.#options;
    // Only then: where another node was faster, its text goes on here from what is known already.
    if (await assistant.adopt(turn, continuable(logged))) adopted(turn.turnId);
  }
}

/** So that the nodes begin at different ends. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
