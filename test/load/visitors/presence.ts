import type { CommandResult, Reply } from "../../../src/contract/events.ts";
import { nowMs } from "../clock.ts";
import { LightSocket } from "./light-socket.ts";
import type { Tally } from "./tally.ts";

export type Snapshot = CommandResult<"conversation:open">;

export interface PresenceOptions {
  /** The shop's token; a guest gets one of the service. */
  readonly token: string | null;
  /** The nodes; the first is the one to come to. */
  readonly urls: readonly string[];
  readonly localAddress: string | undefined;
  readonly tally: Tally;
  /** Something that should not be: what kind of thing, and this one. */
  readonly remark: (kind: string, what: string) => void;
  /** Back after the connection was lost: how long that took. */
  readonly back: (tookMs: number) => void;
}

export interface PresenceEar {
  /** What of an answer is here already, for a conversation that is opened again. */
  have(): { readonly turnId: string; readonly epoch: number; readonly offset: number } | null;
  opened(at: number, snapshot: Snapshot): void;
  lost(at: number): void;
  fact(name: string, payload: unknown): void;
}

/** As the shop's pages wait before they try again. */
const backoffMs = { first: 500, most: 20_000 };

/** A customer's page on the line: it opens the conversation, and comes back at the next node whenever the connection is lost. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #ear: PresenceEar;
  #socket: LightSocket | null = null;
  #guestToken: string | null = null;
  #node = 0;
  #failures = 0;
  #isOpen = false;
  #lostAt: number | null = null;
  #opened: (() => void) | null = null;

  constructor(options: PresenceOptions, ear: PresenceEar) {
    this.#options = options;
    this.#ear = ear;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The node that it is at, or comes to next. */
  get url(): string {
    const { urls } = this.#options;
    return urls[this.#node % urls.length] ?? "";
  }

  /** Resolves once the conversation is open, however often that has to be tried. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.#connect();
    });
  }

  /** Sends a command; without a connection nobody hears of it. */
  send(name: string, payload: object, told: (reply: unknown) => void): void {
    this.#socket?.send(name, payload, told);
  }

  checkPulse(now: number): void {
    this.#socket?.checkPulse(now);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(): void {
    const { token, localAddress } = this.#options;
    const auth = { ...(token && { token }), ...(this.#guestToken && { guestToken: this.#guestToken }) };
    const socket: LightSocket = new LightSocket({ url: this.url, localAddress }, auth, {
      connected: () => this.#enter(socket),
      fact: (name, payload) => this.#ear.fact(name, payload),
      lost: (why) => this.#lost(why),
    });
    this.#socket = socket;
  }

  #lost(why: string): void {
    const { tally, remark } = this.#options;
    const at = nowMs();
    if (this.#isOpen) {
      tally.open--;
      tally.cut++;
      this.#lostAt ??= at;
      this.#isOpen = false;
      this.#ear.lost(at);
    } else {
      tally.unopened++;
      remark("a connection did not come about", why);
    }
    // As behind a balancer: those of one node come to all others.
    this.#node += 1 + Math.floor(Math.random() * Math.max(1, this.#options.urls.length - 1));
    const waitMs = Math.min(backoffMs.first * 2 ** this.#failures++, backoffMs.most) * (0.5 + Math.random());
    setTimeout(() => this.#socket && this.#connect(), waitMs);
  }

  #enter(socket: LightSocket): void {
    const have = this.#ear.have();
    socket.send("conversation:open", have === null ? {} : { have }, (raw) => {
      const reply = raw as Reply<Snapshot>; // CAST: what the contract says of this command
      if (reply.ok) this.#see(reply.result);
      else socket.drop(`the conversation was not opened: ${reply.error.code}`);
    });
  }

  #see(snapshot: Snapshot): void {
    const at = nowMs();
    this.#guestToken = snapshot.guestToken ?? this.#guestToken;
    this.#failures = 0;
    this.#isOpen = true;
    this.#options.tally.open++;
    if (this.#lostAt !== null) this.#options.back(at - this.#lostAt);
    this.#lostAt = null;
    this.#ear.opened(at, snapshot);
    this.#opened?.();
    this.#opened = null;
  }
}
