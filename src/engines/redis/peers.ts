import { z } from "zod";
import * as shape from "../../contract/shapes.ts";
import type { Clock } from "../../domain/clock.ts";
import { conversationOf, type PeerMessage, type Peers } from "../../domain/peers.ts";
import type { Store } from "./client.ts";
import type { Keys } from "./keys.ts";
import { storedResponder } from "./replies.ts";

const ref = z.object({ conversationId: shape.conversationId, turnId: shape.turnId });
const starts = z.array(z.object({ epoch: shape.epoch, offset: shape.offset })).min(1);
const kind = <K extends PeerMessage["kind"]>(name: K) => z.literal(name);

const end = z.object({
  ref,
  epoch: shape.epoch,
  outcome: shape.outcome,
  message: shape.message,
  error: shape.wireError.optional(),
});

const place = z.object({
  at: z.object({ class: shape.customerClass, ticket: z.int() }),
  position: z.int().min(1).nullable(),
});

const activity = shape.activity.omit({ turnId: true, epoch: true });
const activities = z.array(activity).optional();

const message = z.discriminatedUnion("kind", [
  z.object({ kind: kind("wanted"), ref, epoch: shape.epoch, offset: shape.offset }),
  z.object({ kind: kind("unwanted"), conversationId: shape.conversationId }),
  z.object({ kind: kind("started"), ref, starts, model: z.string(), activities }),
  z.object({ kind: kind("slice"), ref, starts, model: z.string(), offset: shape.offset, text: z.string(), activities }),
  z.object({
    kind: kind("text"),
    ref,
    epoch: shape.epoch,
    offset: shape.offset,
    text: z.string(),
    told: z.int().optional(),
  }),
  z.object({ kind: kind("activity"), ref, epoch: shape.epoch, at: z.int().min(0), activity }),
  z.object({ kind: kind("ended"), end }),
  z.object({ kind: kind("queued"), ref, place: place.nullable() }),
  z.object({
    kind: kind("responder"),
    conversationId: shape.conversationId,
    responder: storedResponder,
    at: z.number(),
  }),
  z.object({ kind: kind("hush"), ref, asked: z.string() }),
  z.object({ kind: kind("hushed"), ref, asked: z.string() }),
  z.object({ kind: kind("added"), conversationId: shape.conversationId, message: shape.message }),
  z.object({ kind: kind("restored"), conversationId: shape.conversationId, since: z.number() }),
  z.object({ kind: kind("absent"), ref }),
  z.object({ kind: kind("stop"), ref }),
]);

/** What travels together from one node to another. */
const letter = z.object({ from: z.string(), messages: z.array(message) });

/** A letter is sent before it grows beyond so much text: no single event may fill a subscriber's buffer. */
const mostChars = 256 * 1_024;

export interface RedisPeersOptions {
  readonly publisher: Store;
  readonly subscriber: Store;
  readonly keys: Keys;
  /** This node's present id. */
  readonly nodeId: () => string;
  readonly hear: (from: string, message: PeerMessage) => void;
  /** A node that was to be told of a conversation does not listen: it has gone, and nobody has noticed. */
  readonly deaf: (nodeId: string, conversationId: string) => void;
  readonly clock: Clock;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** When what could not be said is tried once more. */
const againMs = 500;
/** What is stored was stored a moment before it was said; clocks may differ by as much. */
const marginMs = 30_000;
/** What the others do not find out by themselves. Of text they miss the next piece, and ask. */
const lasting = new Set<PeerMessage["kind"]>(["added", "responder", "ended", "restored"]);

/** A node that has not heard its own voice for so long is deaf. */
const deafMs = 5_000;

/**
 * {@link Peers} over sharded pub/sub: one channel for each node, one message for all that is sent to it in one turn of
 * the event loop.
 *
 * - **S5, S11** Where a step could not be told, the node is told later to look at the conversation.
 */
export class RedisPeers implements Peers {
  readonly #options: RedisPeersOptions;
  readonly #letters = new Map<string, { messages: PeerMessage[]; chars: number }>();
  /** For each node the conversations of which it could not be told something, and since when, in epoch milliseconds. */
  readonly #untold = new Map<string, Map<string, number>>();
  #posting = false;
  #channel: string | null = null;
  /** When this node last spoke to itself and has not heard it yet; null when it has. */
  #spokeAt: number | null = null;

  constructor(options: RedisPeersOptions) {
    this.#options = options;
    options.subscriber.on("smessage", (channel: string, text: string) => {
      if (channel === this.#channel) this.#receive(text);
    });
  }

  /** Hears what is sent to `nodeId` from here on, and nothing else any more. */
  async listen(nodeId: string): Promise<void> {
    const { subscriber, keys } = this.#options;
    const former = this.#channel;
    this.#channel = keys.channelTo(nodeId);
    await subscriber.ssubscribe(this.#channel);
    if (former !== null) await subscriber.sunsubscribe(former);
  }

  /**
   * Makes sure that this node hears: call every few seconds. A subscription can be lost without a word, and then everything
   * said would be missed for as long as the connection stays.
   */
  check(): void {
    const { publisher, subscriber, keys, nodeId, clock } = this.#options;
    const now = clock.elapsed();
    if (this.#spokeAt !== null && now - this.#spokeAt > deafMs) {
      this.#spokeAt = null;
      subscriber.disconnect(true);
      return;
    }
    const text = JSON.stringify({ from: nodeId(), messages: [] });
    publisher.spublish(keys.channelTo(nodeId()), text).then(
      () => {
        this.#spokeAt ??= now;
      },
      () => {},
    );
  }

  send(nodeId: string, sent: PeerMessage): void {
    const waiting = this.#letters.get(nodeId) ?? { messages: [], chars: 0 };
    waiting.messages.push(sent);
    waiting.chars += "text" in sent ? sent.text.length : 200;
    this.#letters.set(nodeId, waiting);
    if (waiting.chars > mostChars) this.#postTo(nodeId);
    if (this.#posting) return;
    this.#posting = true;
    setImmediate(() => {
      this.#posting = false;
      for (const waitingFor of [...this.#letters.keys()]) this.#postTo(waitingFor);
    });
  }

  #postTo(nodeId: string): void {
    const waiting = this.#letters.get(nodeId);
    this.#letters.delete(nodeId);
    if (!waiting) return;
    const { publisher, keys, deaf } = this.#options;
    const { messages } = waiting;
    const text = JSON.stringify({ from: this.#options.nodeId(), messages });
    publisher.spublish(keys.channelTo(nodeId), text).then(
      (listeners) => {
        if (listeners === 0) for (const sent of messages) deaf(nodeId, conversationOf(sent));
      },
      () => this.#failed(nodeId, messages),
    );
  }

  #failed(nodeId: string, messages: readonly PeerMessage[]): void {
    const { clock } = this.#options;
    const lost = messages.filter(({ kind }) => lasting.has(kind));
    if (lost.length === 0) return;
    const untold = this.#untold.get(nodeId) ?? new Map<string, number>();
    if (untold.size === 0) clock.after(againMs, () => this.#tellAgain(nodeId));
    this.#untold.set(nodeId, untold);
    for (const sent of lost) {
      const since = sent.kind === "restored" ? sent.since : clock.now() - marginMs;
      const conversationId = conversationOf(sent);
      untold.set(conversationId, Math.min(since, untold.get(conversationId) ?? since));
    }
  }

  #tellAgain(nodeId: string): void {
    const untold = this.#untold.get(nodeId) ?? [];
    this.#untold.delete(nodeId);
    for (const [conversationId, since] of untold) this.send(nodeId, { kind: "restored", conversationId, since });
  }

  #receive(text: string): void {
    const { hear, onFault } = this.#options;
    this.#spokeAt = null;
    try {
      const { from, messages } = letter.parse(JSON.parse(text));
      // CAST: the schema's optional fields allow `undefined`, which JSON cannot carry.
      for (const received of messages as PeerMessage[]) hear(from, received);
    } catch (fault) {
      onFault(fault, "peers");
    }
  }
}
