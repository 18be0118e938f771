import type { Admission } from "./admission.ts";
import type { Assistant } from "./assistant.ts";
import type { Clock } from "./clock.ts";
import { continuable } from "./continuation.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import { inBatches } from "./in-batches.ts";
import type { Nodes } from "./nodes.ts";
import { Outage } from "./outage.ts";
import type { Revival } from "./starting.ts";
import type { Turn } from "./turns.ts";

/** A node that nobody has seen for so long is not there. */
const lookAgainMs = 5_000;

export interface CaretakerOptions {
  readonly nodes: Nodes;
  readonly conversations: Conversations;
  readonly assistant: Assistant;
  readonly admission: Admission;
  readonly clock: Clock;
  /** This node's present id. */
  readonly nodeId: () => string;
  /** That node lives, or it cannot be told. */
  readonly mayLive: (nodeId: string) => boolean;
  /** This node writes that answer itself now. */
  readonly adopted: (turnId: string) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/**
 * Takes over what a dead node was answering.
 *
 * - **A8** Its work goes back into the line, at its own tickets; whoever is granted it takes it up.
 * - **N1** Each answer is claimed by raising its epoch, which one node alone can do; the dead one, should it wake, writes
 *   under an epoch that nobody takes any more.
 * - **N2** An answer goes on from the text that was logged, a question that had no answer yet is answered.
 */
export class Caretaker {
  readonly #options: CaretakerOptions;
  readonly #busy = new Set<string>();
  #isClosed = false;

  constructor(options: CaretakerOptions) {
    this.#options = options;
  }

  /** Puts what is left of a node's work into the line; asked again while that goes on, it does nothing. Never rejects. */
  async care(nodeId: string): Promise<void> {
    if (this.#busy.has(nodeId)) return;
    this.#busy.add(nodeId);
    try {
      const { nodes, admission } = this.#options;
      const work = await nodes.work(nodeId);
      // The line remembers the class of everybody who stood in it.
      const wishes = work.map((conversationId) => ({ conversationId, class: "member" as const }));
      await admission.recover(nodeId, wishes);
      await nodes.forget(nodeId);
    } catch (fault) {
      // It is asked again at the next beat.
      if (!(fault instanceof Outage)) this.#options.onFault(fault, nodeId);
    } finally {
      this.#busy.delete(nodeId);
    }
  }

  /**
   * Takes up the running answer of a conversation if nobody writes it any more, as `isFree` or the owner's silence tells. One
   * that somebody took over from the assistant is ended (H1).
   */
  async revive(conversationId: string, isFree: boolean): Promise<Revival> {
    const { conversations, assistant } = this.#options;
    const conversation = await conversations.read(conversationId);
    if (conversation && conversation.responder.kind !== "assistant") {
      assistant.finish(conversation);
      return "nothing";
    }
    const running = conversation?.running;
    // It was stored, or what ran before it ended, since the start was asked for.
    if (!running && conversation?.waiting) return "waiting";
    if (!running || assistant.live(running.turnId)) return "nothing";
    if (!isFree && !this.#mayClaim(running)) return "later";
    return (await this.#claim(running, conversation)) ? "adopted" : "later";
  }

  /**
   * What waits in those conversations, or was begun by a node that is no more, may stand in no line: then it is entered anew,
   * behind all others. Never rejects.
   */
  async lookAfter(conversationIds: readonly string[]): Promise<void> {
    const left = await this.#lookAll(conversationIds);
    // By then the store may be back, and it is known which nodes are there: of one that was never seen it cannot be told at once.
    const again = () => !this.#isClosed && void this.#lookAll(left);
    if (left.length > 0) this.#options.clock.after(lookAgainMs, again);
  }

  /** Looks at nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Gives the conversations of which nothing can be told yet. */
  async #lookAll(conversationIds: readonly string[]): Promise<readonly string[]> {
    const left: string[] = [];
    const look = async (conversationId: string) => {
      if (await this.#look(conversationId)) left.push(conversationId);
    };
    await inBatches(conversationIds, look);
    return left;
  }

  /** True where it cannot be read, or another node may be writing. */
  async #look(conversationId: string): Promise<boolean> {
    const { conversations, assistant, onFault } = this.#options;
    try {
      const conversation = await conversations.read(conversationId);
      if (conversation?.responder.kind !== "assistant") return false;
      const { running, waiting, customer } = conversation;
      if (running && assistant.live(running.turnId)) return false;
      if (running && !this.#mayClaim(running)) return true;
      if (running || waiting) assistant.serve(conversationId, customer?.class, []);
    } catch (fault) {
      if (fault instanceof Outage) return true;
      onFault(fault, conversationId);
    }
    return false;
  }

  #mayClaim({ owner }: Turn): boolean {
    const { nodeId, mayLive } = this.#options;
    return owner === undefined || owner === nodeId() || !mayLive(owner);
  }

  async #claim(turn: Turn, { logged, found }: Conversation): Promise<boolean> {
    const { assistant, adopted } = this.#options;
    // Only then: where another node was faster, its text goes on here from what is known already.
    const isOwn = await assistant.adopt(turn, continuable(logged), found);
    if (isOwn) adopted(turn.turnId);
    return isOwn;
  }
}
