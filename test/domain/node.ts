import { Answer } from "../../src/domain/answer.ts";
import { Assistant } from "../../src/domain/assistant.ts";
import { Audience } from "../../src/domain/audience.ts";
import type { Conversation } from "../../src/domain/conversations.ts";
import { Herald } from "../../src/domain/herald.ts";
import { LogKeeper } from "../../src/domain/log-keeper.ts";
import { Mirrors } from "../../src/domain/mirrors.ts";
import { Outage } from "../../src/domain/outage.ts";
import type { PeerMessage } from "../../src/domain/peers.ts";
import { Responding } from "../../src/domain/responding.ts";
import { type Listener, type Step, tellAll } from "../../src/domain/steps.ts";
import type { TurnRef } from "../../src/domain/turns.ts";
import { type CustomerWorld, customerHandlers } from "../../src/transport/customers.ts";
import { resultOf } from "../../src/transport/door.ts";
import { Rates } from "../../src/transport/limits.ts";
import type { VirtualClock } from "../support/virtual-clock.ts";
import { admissionOf, placesOf } from "./admissions.ts";
import { deskOf } from "./desk.ts";
import type { Network } from "./network.ts";
import { Page } from "./page.ts";
import { type SharedStore, StoreSide } from "./shared-store.ts";

export interface NodeOptions {
  readonly nodeId: string;
  readonly store: SharedStore;
  readonly network: Network;
  readonly clock: VirtualClock;
}

const unavailable = () => Promise.reject(new Outage());

/** A node that shows its pages what it writes itself, by the test's hand, and what other nodes write. */
export class TestNode {
  readonly nodeId: string;
  readonly side: StoreSide;
  readonly audience: Audience;
  readonly herald: Herald;
  readonly logKeeper: LogKeeper;
  readonly mirrors: Mirrors;
  /** The answers that it writes. */
  readonly writing = new Map<string, Answer>();
  readonly pages: Page[] = [];
  /** Turns that it had to give up. */
  readonly lost: string[] = [];
  readonly faults: unknown[] = [];
  /** Nodes that it knows to be no more. */
  readonly gone = new Set<string>();
  muted = false;
  paceMs = 40;
  readonly #listener: Listener;
  readonly #handlers: ReturnType<typeof customerHandlers>;

  constructor({ nodeId, store, network, clock }: NodeOptions) {
    this.nodeId = nodeId;
    this.side = new StoreSide(store, () => nodeId);
    const { conversations, turns, log, attendance } = this.side;
    const onFault = (fault: unknown) => this.faults.push(fault);
    const peers = network.join(nodeId, (from, message) => this.#hear(from, message));
    const pace = { clock, paceMs: () => this.paceMs, muted: () => this.muted };
    const emptied = (conversationId: string) => this.#emptied(conversationId);
    this.audience = new Audience({ ...pace, emptied });
    this.herald = new Herald({ ...pace, peers, watchers: attendance });
    this.logKeeper = new LogKeeper({ log, clock, onFault });
    this.mirrors = new Mirrors({
      peers,
      turns,
      audience: this.audience,
      clock,
      written: (turnId) => this.writing.get(turnId),
      overruled: (turnId) => this.#lose(turnId),
      unwanted: emptied,
      mayLive: (owner) => owner !== nodeId && !this.gone.has(owner),
      ownerless: ({ conversationId }) => this.takeOver(conversationId),
      onFault,
    });
    const mirrors: Listener = { step: (step) => this.mirrors.step(step), text: () => {} };
    this.#listener = tellAll([this.audience, this.herald, this.logKeeper, mirrors]);
    const assistant = new Assistant({ ...deskOf({ clock, turns, listener: this.#listener }), conversations, onFault });
    const world: CustomerWorld = {
      conversations,
      turns,
      assistant,
      audience: this.audience,
      live: (turnId) => this.writing.get(turnId) ?? this.mirrors.live(turnId),
      show: (conversation) => this.#show(conversation),
      seated: (conversation) => this.mirrors.seated(conversation),
      tellElsewhere: () => {},
      questions: new Rates({ perSecond: 1_000, burst: 1_000 }, clock),
      wishes: new Rates({ perSecond: 1_000, burst: 1_000 }, clock),
      simulated: true,
      places: placesOf(clock),
      // Nobody stands in a line here: what is asked is begun by the scene.
      admission: Object.assign(admissionOf(clock), { find: () => Promise.reject(new Outage()) }),
      // No person is there.
      handoff: { request: unavailable, cancel: unavailable, asked: unavailable },
      inbox: { opened: () => {}, placeOf: async () => undefined },
      responding: new Responding(),
      listener: this.#listener,
      clock,
      ready: () => undefined,
      draining: () => false,
    };
    this.#handlers = customerHandlers(world);
  }

  /** A page that is about to open the conversation. */
  arrive(): { readonly page: Page; readonly opened: Promise<void> } {
    const page = new Page({
      open: async (session) => resultOf(await this.#handlers["conversation:open"](session, {})),
      resume: async (session, have) => resultOf(await this.#handlers["turn:resume"](session, have)),
    });
    this.pages.push(page);
    return { page, opened: page.open() };
  }

  async begin(conversationId: string): Promise<TurnRef | null> {
    const turn = (await this.side.turns.start(conversationId))?.turn;
    if (turn) this.#write(new Answer(turn, "m"), 0);
    return turn ?? null;
  }

  /** Goes on with what another node was writing, as far as it was logged. */
  async takeOver(conversationId: string): Promise<void> {
    const { running, logged } = (await this.side.conversations.read(conversationId)) ?? { running: null, logged: "" };
    // Its own may just be beginning.
    if (running === null || running.owner === this.nodeId || this.writing.has(running.turnId)) return;
    const raised = await this.side.turns.raise(running, running.epoch, logged.length);
    if (raised === null) return;
    this.mirrors.release(running.turnId);
    this.#write(new Answer(raised, "m", logged), logged.length);
  }

  /** Makes sure of its answers, as one that was asleep does, and shows what others write in the conversation. */
  async reclaim(conversationId: string): Promise<void> {
    for (const answer of this.writing.values()) await this.raise(answer, answer.text.length);
    const conversation = await this.side.conversations.attend(conversationId);
    if (conversation === null) return;
    for (const message of conversation.messages) this.audience.tell(conversationId, "message:added", { message });
    this.#show(conversation);
  }

  append(answer: Answer, piece: string): void {
    answer.append(piece);
    this.#listener.text(answer, piece);
  }

  async raise(answer: Answer, offset: number): Promise<void> {
    const raised = await this.side.turns.raise(answer.ref, answer.epoch, offset);
    if (!this.#writes(answer)) return;
    if (raised === null) return this.#lose(answer.ref.turnId);
    answer.raise(raised);
    this.#step({ kind: "turn-started", answer, offset });
  }

  async end(answer: Answer): Promise<void> {
    const { ref, epoch, text } = answer;
    const ended = await this.side.turns.end(ref, epoch, { outcome: "completed", text });
    if (!this.#writes(answer)) return;
    if (ended?.answer === undefined) return this.#lose(ref.turnId);
    this.writing.delete(ref.turnId);
    const report = { firstTextMs: 0, totalMs: 0, attempts: 1 };
    const end = { ref, epoch, outcome: "completed", message: ended.answer, error: undefined, model: "m" } as const;
    this.#step({ kind: "turn-ended", ...end, report });
  }

  #show(conversation: Conversation): void {
    const { running, logged } = conversation;
    this.mirrors.read(conversation);
    if (running && running.owner !== this.nodeId) this.mirrors.follow(running, logged);
  }

  #write(answer: Answer, offset: number): void {
    this.writing.set(answer.ref.turnId, answer);
    this.#step({ kind: "turn-started", answer, offset });
  }

  #writes(answer: Answer): boolean {
    return this.writing.get(answer.ref.turnId) === answer;
  }

  #lose(turnId: string): void {
    this.lost.push(turnId);
    const answer = this.writing.get(turnId);
    this.writing.delete(turnId);
    if (answer) this.#step({ kind: "turn-lost", answer });
  }

  #step(step: Step): void {
    this.#listener.step(step);
  }

  #emptied(conversationId: string): void {
    this.mirrors.releaseAll(conversationId);
    void this.side.conversations.leave(conversationId);
  }

  #hear(from: string, message: PeerMessage): void {
    switch (message.kind) {
      case "wanted":
        return this.herald.wanted(from, message);
      case "unwanted":
        return this.side.attendance.remove(message.conversationId, from);
      case "restored":
      case "queued":
      case "stop":
      case "responder":
      case "hush":
      case "hushed":
        return;
      default:
        for (const page of this.pages) page.couldKnow(message);
        return this.mirrors.hear(from, message);
    }
  }
}
