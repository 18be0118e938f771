import { type Reassembly, reassemble } from "../../client/chat/reassembly.ts";
import type { AgentFactName, AgentFactPayload, FactName, FactPayload } from "../../src/contract/events.ts";
import type { Message, Outcome, Responder, TurnSnapshot } from "../../src/contract/shapes.ts";

/** Text of the assistant that came to a screen. */
export interface Arrival {
  readonly at: number;
  readonly turnId: string;
  readonly chars: number;
  /** How it came: a piece while it was written, or with the end of the answer. */
  readonly by: "delta" | "end";
}

/** An answer as one screen has it. */
interface ShownTurn {
  readonly text: Reassembly;
  ended: { readonly outcome: Outcome; readonly messageId: string; readonly epoch: number } | null;
}

/** What a page is given when it opens a conversation, whoever it belongs to. */
export interface Snapshot {
  readonly messages: readonly Message[];
  readonly turn: TurnSnapshot | null;
  readonly responder: Responder;
}

type Facts = { readonly [N in FactName]: { readonly name: N; readonly payload: FactPayload<N> } };
type AgentFacts = { readonly [N in AgentFactName]: { readonly name: N; readonly payload: AgentFactPayload<N> } };
export type Heard = Facts[FactName] | AgentFacts[AgentFactName];

/** What one page shows of one conversation, and when the assistant's words came to it. */
export class Screen {
  readonly name: string;
  readonly messages = new Map<string, Message>();
  readonly responders: Responder[] = [];
  readonly arrivals: Arrival[] = [];
  /** What no screen may ever be shown. */
  readonly faults: string[] = [];
  readonly #turns = new Map<string, ShownTurn>();

  constructor(name: string) {
    this.name = name;
  }

  get responder(): Responder | undefined {
    return this.responders.at(-1);
  }

  /** The answer that is being written, as far as this screen knows. */
  get running(): string | undefined {
    return [...this.#turns].findLast(([, { ended }]) => ended === null)?.[0];
  }

  /** What it has of the running answer, for the next connection. */
  get have(): { turnId: string; epoch: number; offset: number } | undefined {
    const turnId = this.running;
    const text = turnId === undefined ? undefined : this.#turns.get(turnId)?.text;
    return turnId !== undefined && text ? { turnId, epoch: text.epoch, offset: text.text.length } : undefined;
  }

  /** A page that is loaded again knows nothing. */
  clear(): void {
    this.messages.clear();
    this.#turns.clear();
  }

  see({ messages, turn, responder }: Snapshot): void {
    for (const message of messages) this.#add(message);
    this.responders.push(responder);
    if (turn && turn.state !== "queued") this.#turn(turn.turnId).text.slice(turn);
  }

  hear({ name, payload }: Heard, at: number): void {
    switch (name) {
      case "message:added":
        return this.#add(payload.message);
      case "responder:changed":
        return void this.responders.push(payload.responder);
      case "turn:started":
        return this.#turn(payload.turnId).text.started(payload.epoch, payload.offset);
      case "turn:delta":
        return this.#delta(payload, at);
      case "turn:ended":
        return this.#ended(payload, at);
      default:
    }
  }

  /** Where its text of an answer parts from the stored one; undefined where it does not. */
  partsFrom({ turnId = "", text, outcome }: Message): string | undefined {
    const shown = this.#turns.get(turnId);
    if (shown === undefined || shown.text.lacking) return undefined;
    const spelled = shown.text.text;
    // A later epoch's end may have cut what was shown.
    if ((shown.ended?.epoch ?? 0) > shown.text.epoch || text.startsWith(spelled)) return undefined;
    return `spelled ${spelled.length} characters of ${turnId} (${outcome}, ${text.length})`;
  }

  #turn(turnId: string): ShownTurn {
    const known = this.#turns.get(turnId);
    if (known) return known;
    const fresh: ShownTurn = { text: reassemble({ append: () => {}, reset: () => {} }), ended: null };
    this.#turns.set(turnId, fresh);
    return fresh;
  }

  #delta(piece: FactPayload<"turn:delta">, at: number): void {
    const { text, ended } = this.#turn(piece.turnId);
    const before = text.text.length;
    text.delta(piece);
    const chars = Math.max(0, text.text.length - before);
    this.arrivals.push({ at, turnId: piece.turnId, chars: chars || piece.text.length, by: "delta" });
    if (ended && piece.epoch >= text.epoch && ended.epoch < Number.POSITIVE_INFINITY)
      this.faults.push(`a piece of ${piece.turnId} came after its end`);
  }

  #ended({ turnId, epoch, outcome, message }: FactPayload<"turn:ended">, at: number): void {
    const shown = this.#turn(turnId);
    const messageId = message?.messageId ?? "";
    if (shown.ended && shown.ended.messageId !== messageId)
      this.faults.push(`${turnId} ended twice: ${shown.ended.outcome} and ${outcome}`);
    const chars = (message?.text.length ?? 0) - shown.text.text.length;
    // Whoever has the message has its text.
    if (!shown.ended && !this.messages.has(messageId) && chars > 0 && epoch > 0)
      this.arrivals.push({ at, turnId, chars, by: "end" });
    shown.ended ??= { outcome, messageId, epoch };
    if (message) this.#add(message);
  }

  #add(message: Message): void {
    const known = this.messages.get(message.messageId);
    if (known && (known.text !== message.text || known.author !== message.author))
      this.faults.push(`message ${message.messageId} came twice with different texts`);
    this.messages.set(message.messageId, message);
    const { turnId, author, outcome = "completed", messageId } = message;
    const shown = turnId === undefined ? undefined : this.#turns.get(turnId);
    if (author === "assistant" && shown) shown.ended ??= { outcome, messageId, epoch: Number.POSITIVE_INFINITY };
  }
}
