import type { Message } from "../contract/shapes.ts";
import type { Assistant } from "./assistant.ts";
import type { Audience } from "./audience.ts";
import type { Caretaker } from "./caretaker.ts";
import type { Clock } from "./clock.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import { inBatches } from "./in-batches.ts";
import type { LogKeeper } from "./log-keeper.ts";
import type { Membership, MembershipListener } from "./membership.ts";
import type { Nodes } from "./nodes.ts";
import { Outage } from "./outage.ts";
import type { Standby } from "./standby.ts";
import { handedAt } from "./tidings.ts";

/** What an operator should hear of. */
export type ClusterEvent =
  | { readonly kind: "away"; readonly why: string }
  | { readonly kind: "back" }
  | { readonly kind: "reborn"; readonly former: string; readonly present: string }
  | { readonly kind: "orphaned"; readonly nodeId: string }
  /** A connection to Redis broke, or could not be made; it is tried again and again. */
  | { readonly kind: "connection"; readonly error: Error };

export interface MemberOptions {
  readonly membership: Membership;
  readonly nodes: Nodes;
  readonly conversations: Conversations;
  readonly standby: Standby;
  readonly assistant: Assistant;
  readonly audience: Audience;
  readonly logKeeper: LogKeeper;
  readonly caretaker: Caretaker;
  readonly clock: Clock;
  /** Hears what the others send to that id from here on. */
  readonly listen: (nodeId: string) => Promise<void>;
  /** Shows here what other nodes write in a conversation, and which answers have ended since then. */
  readonly show: (conversation: Conversation, since: number) => void;
  readonly report: (event: ClusterEvent) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** What was told around the moment of a loss may have been missed; clocks may differ by as much. */
const marginMs = 30_000;

/**
 * This node among the others: what it does when Redis goes and comes back, when it was taken for dead, when another dies.
 *
 * - **N1** Taken for dead, it goes on under another name, with those answers alone that nobody has taken over.
 * - **N4** When Redis is back, everything that was kept here meanwhile is written, and everybody here is told what was
 *   missed.
 */
export class Member implements MembershipListener {
  readonly #options: MemberOptions;
  /** Since when something may have been missed, in epoch milliseconds. */
  #missedSince: number | null = null;
  /** How often something began to be missed. */
  #losses = 0;
  #mending: Promise<void> | null = null;
  #again = false;
  /** What was kept here alone is to be written. */
  #owes = false;
  readonly #orphaned = new Set<string>();
  #retellings = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
  }

  away(why: string): void {
    this.missed();
    this.#options.report({ kind: "away", why });
  }

  back(): void {
    this.#options.report({ kind: "back" });
    this.mend();
  }

  async reborn(former: string, present: string): Promise<void> {
    this.missed();
    this.#options.report({ kind: "reborn", former, present });
    const { listen, standby, assistant } = this.#options;
    await listen(present);
    // First what it went on with alone: others may have taken that further, and then it is not to be claimed again.
    await standby.writeBack();
    await assistant.reclaim();
  }

  orphaned(nodeId: string): void {
    if (!this.#orphaned.has(nodeId)) this.#bereaved(nodeId);
    this.#orphaned.add(nodeId);
    void this.#options.caretaker.care(nodeId);
  }

  /** What it had stored in its last moments it may have told nobody. */
  #bereaved(nodeId: string): void {
    this.#options.report({ kind: "orphaned", nodeId });
    this.missed();
    this.#mendSoon();
  }

  fault(fault: unknown): void {
    if (!(fault instanceof Outage)) this.#options.onFault(fault, "cluster");
  }

  /** From now on something may be missed, until {@link mend}. */
  missed(): void {
    this.#losses++;
    this.#missedSince ??= this.#options.clock.now();
  }

  /** Since when others may have missed what was said here, in epoch milliseconds. */
  get since(): number {
    return (this.#missedSince ?? this.#options.clock.now()) - marginMs;
  }

  /**
   * Tells a message that another node has stored, after what may have been missed before it (S11). While Redis is away it
   * waits: it is among what is told then.
   */
  async added(conversationId: string, message: Message): Promise<void> {
    const isBehind = this.#missedSince !== null || this.#retellings > 0;
    if (isBehind) await this.retell(conversationId, this.since);
    if (this.#missedSince === null) this.#options.audience.added(conversationId, message);
  }

  /**
   * Tells those who look at a conversation here what was said in it since then. What cannot be read now is told with the
   * rest that was missed, after the outage.
   */
  async retell(conversationId: string, since: number): Promise<void> {
    const { conversations, audience, show } = this.#options;
    this.#retellings++;
    const conversation = await conversations
      .attend(conversationId)
      .catch((fault: unknown) => {
        if (!(fault instanceof Outage)) throw fault;
        this.missed();
        this.#missedSince = Math.min(this.#missedSince ?? Number.POSITIVE_INFINITY, since + marginMs);
        throw fault;
      })
      .finally(() => this.#retellings--);
    if (conversation === null) return;
    for (const message of conversation.messages) {
      if (message.at >= since) audience.added(conversationId, message);
    }
    this.#options.assistant.finish(conversation);
    const { responder } = conversation;
    audience.step({ kind: "responder-changed", conversationId, responder, at: handedAt(conversation) });
    show(conversation, since);
  }

  /** Brings Redis and this node together again; while that goes on, another wish for it is done after it. */
  mend(): void {
    this.#owes = true;
    this.#mendSoon();
  }

  #mendSoon(): void {
    this.#again = true;
    this.#mending ??= this.#mendAll().finally(() => {
      this.#mending = null;
    });
  }

  async #mendAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        if (this.#owes) await this.#giveBack();
        await this.#catchUp();
      } catch (fault) {
        // Away once more: the next return mends.
        this.fault(fault);
      }
    }
  }

  async #giveBack(): Promise<void> {
    const { standby, logKeeper, nodes, membership, assistant } = this.#options;
    this.#owes = false;
    await standby.writeBack();
    logKeeper.rewrite();
    const { nodeId } = membership;
    await Promise.all([...assistant.busy].map((conversationId) => nodes.take(nodeId, conversationId)));
    for (const conversationId of await nodes.work(nodeId)) {
      if (!assistant.busy.has(conversationId)) assistant.serve(conversationId);
    }
  }

  /** A conversation that cannot be read holds up no other. */
  async #retellUnlessBroken(conversationId: string, since: number): Promise<void> {
    try {
      await this.retell(conversationId, since);
    } catch (fault) {
      if (fault instanceof Outage) throw fault;
      this.#options.onFault(fault, conversationId);
    }
  }

  /** Tells everybody on this node what was said since the loss, if there was one. */
  async #catchUp(): Promise<void> {
    if (this.#missedSince === null) return;
    const { since } = this;
    const losses = this.#losses;
    await inBatches([...this.#options.audience.watched], (conversationId) =>
      this.#retellUnlessBroken(conversationId, since),
    );
    // What was missed meanwhile is caught up with by another round.
    if (losses === this.#losses) this.#missedSince = null;
    else this.#again = true;
  }
}
