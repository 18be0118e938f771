import { io, type Socket } from "socket.io-client";
import { reassemble } from "../../client/chat/reassembly.ts";
import {
  type ClientToServer,
  type CommandResult,
  customerFacts,
  type FactName,
  type FactPayload,
  type ServerToClient,
} from "../../src/contract/events.ts";
import type { CustomerClass, Outcome } from "../../src/contract/shapes.ts";
import { openStory, type Story } from "./story.ts";

export interface Person {
  readonly class: CustomerClass;
  /** The shop's token; guests get one of the service. */
  readonly token?: string;
  /** The nodes; the first is the one to come to. */
  readonly urls: readonly string[];
  readonly question: string;
  /** What the relay will answer. */
  readonly answer: string;
}

const patienceMs = 30_000;
/** A page that has lost its node comes back after this or up to as long again. */
const comeBackMs = 150;

/** One customer with one question, on a socket of one's own; comes back at the next node whenever the connection is lost. */
export class Customer implements Disposable {
  readonly story: Story;
  readonly #person: Person;
  #node = 0;
  #socket: Socket<ServerToClient, ClientToServer> | null = null;
  #guestToken: string | undefined;
  #turnId: string | null = null;
  #opened = Promise.withResolvers<void>();
  /** The snapshot of this connection has come. */
  #isOpen = false;
  readonly #text = reassemble({ append: () => {}, reset: () => {} });

  constructor(person: Person) {
    this.#person = person;
    this.story = openStory(person.class, person.urls[0] ?? "");
  }

  /** Resolves once the conversation is open. */
  open(): Promise<void> {
    const { token, urls } = this.#person;
    const auth = { ...(token && { token }), ...(this.#guestToken && { guestToken: this.#guestToken }) };
    const url = urls[this.#node % urls.length] ?? "";
    const socket: Socket<ServerToClient, ClientToServer> = io(url, {
      transports: ["websocket"],
      forceNew: true,
      reconnection: false,
      auth,
    });
    this.#socket = socket;
    this.#isOpen = false;
    socket.on("connect", () => this.#enter(socket));
    socket.on("connect_error", () => this.#comeBack(socket));
    socket.on("disconnect", () => {
      this.story.cutAt.push(performance.now());
      this.#comeBack(socket);
    });
    socket.onAny((name: FactName, payload: unknown) => this.#hear(name, payload));
    return this.#opened.promise;
  }

  ask(): void {
    const { question: text } = this.#person;
    this.story.askedAt = performance.now();
    this.#socket?.timeout(patienceMs).emit("message:send", { messageId: "question", text }, (late, reply) => {
      if (late) return void this.story.faults.push("the question was not acknowledged");
      this.story.acknowledgedAt = performance.now();
      if (reply.ok) this.#turnId = reply.result.turnId;
      else this.story.refusal = reply.error;
    });
  }

  /** Gives the place up; resolves once that is acknowledged. */
  async leave(): Promise<void> {
    if (this.#socket === null || this.#turnId === null) throw new Error("nothing was asked");
    await this.#socket.timeout(patienceMs).emitWithAck("turn:stop", { turnId: this.#turnId });
  }

  /** Reloads the page and lands on the next node; resolves once the conversation is open again. */
  reload(): Promise<void> {
    this[Symbol.dispose]();
    this.#node++;
    this.#opened = Promise.withResolvers();
    return this.open();
  }

  [Symbol.dispose](): void {
    this.#socket?.off().offAny().disconnect();
    this.#socket = null;
  }

  #comeBack(lost: Socket): void {
    if (lost !== this.#socket) return;
    this.#node++;
    setTimeout(() => lost === this.#socket && void this.open(), comeBackMs * (1 + Math.random()));
  }

  #enter(socket: Socket<ServerToClient, ClientToServer>): void {
    socket.timeout(patienceMs).emit("conversation:open", {}, (late, reply) => {
      if (!socket.connected) return;
      if (late || !reply.ok) {
        this.story.faults.push(`the conversation did not open: ${late?.message ?? (reply.ok || reply.error.code)}`);
        return void socket.disconnect();
      }
      this.#isOpen = true;
      this.#see(reply.result);
      this.#opened.resolve();
    });
  }

  #see({ guestToken, tier, turn, messages }: CommandResult<"conversation:open">): void {
    const at = performance.now();
    this.#guestToken = guestToken ?? this.#guestToken;
    this.story.openedAt.push(at);
    this.story.tiers.push({ at, tier });
    if (turn?.position !== undefined)
      this.story.told.push({ at, position: turn.position, waitMs: turn.waitMs ?? null });
    if (turn && turn.state !== "queued") this.story.startedAt ??= at;
    if (turn) this.#text.slice(turn);
    const answer = messages.find(({ author }) => author === "assistant");
    // Whoever was away while it ended has the stored text alone.
    if (answer?.outcome) this.#end(answer.outcome, answer.text, answer.text);
  }

  #hear(name: FactName, raw: unknown): void {
    const parsed = customerFacts[name].payload.safeParse(raw);
    if (!parsed.success) return void this.story.faults.push(`${name} is not as the contract has it`);
    // CAST: the schema of that name has parsed it.
    const fact = { name, payload: parsed.data } as Fact;
    const at = performance.now();
    switch (fact.name) {
      case "turn:queued":
        this.story.told.push({ at, ...fact.payload });
        this.story.tiers.push({ at, tier: fact.payload.tier });
        return;
      case "tier:changed":
        return void this.story.tiers.push({ at, tier: fact.payload.tier });
      case "turn:started":
        this.story.startedAt ??= at;
        return this.#text.started(fact.payload.epoch, fact.payload.offset);
      case "turn:delta":
        this.#text.delta(fact.payload);
        return this.#fill(fact.payload.turnId, () => {});
      case "turn:ended": {
        const { turnId, outcome, message } = fact.payload;
        const stored = message?.text ?? "";
        // Before the snapshot has come the text is not known here.
        return this.#fill(turnId, () => this.#end(outcome, stored, this.#isOpen ? this.#text.text : stored));
      }
      default:
    }
  }

  /** Asks for what a hole in the text has left out (S3), and goes on once there is none. */
  #fill(turnId: string, goOn: () => void): void {
    if (!this.#text.lacking) return goOn();
    const have = { turnId, epoch: this.#text.epoch, offset: this.#text.text.length };
    this.#socket?.emit("turn:resume", have, (reply) => {
      if (reply.ok) this.#text.slice(reply.result);
      goOn();
    });
  }

  /** @param read the text as its pieces spell it */
  #end(outcome: Outcome, stored: string, read: string): void {
    const { faults, end } = this.story;
    if (end) return;
    this.story.end = { at: performance.now(), outcome };
    if (outcome !== "completed") return;
    if (stored !== this.#person.answer) faults.push(`the stored answer is another one: "${stored}"`);
    if (read !== stored) faults.push(`the pieces spell "${read}", stored is "${stored}"`);
  }
}

type Fact = { [N in FactName]: { readonly name: N; readonly payload: FactPayload<N> } }[FactName];
