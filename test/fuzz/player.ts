import { tokenOf } from "../support/agent.ts";
import type { Findings } from "./findings.ts";
import type { Input } from "./inputs.ts";
import { faultOfFact, faultOfReply, leakIn } from "./judge.ts";
import { type Ear, Lane } from "./lane.ts";
import { fill, type Known, newCanary } from "./marks.ts";
import type { Table } from "./tables.ts";

type Command = Extract<Input, { kind: "command" }>;

/** After so many commands a customer is another one, so that conversations begin and end as well. */
const commandsOfOne = 150;

const classes = ["guest", "member", "vip"] as const;
let opened = 0;

/** What others know of the players: whose turns may be asked for by somebody else. */
export interface Gossip {
  conversation: string;
  turn: string;
}

/** Somebody with a socket of a namespace, who sends one command after the other and looks at all that comes. */
export class Player implements AsyncDisposable {
  readonly #url: string;
  readonly #table: Table;
  readonly #findings: Findings;
  readonly #gossip: Gossip;
  #lane: Lane | null = null;
  #known: Known = nothing;
  #own: ReadonlySet<string> = new Set();
  #sent = 0;

  constructor(url: string, table: Table, findings: Findings, gossip: Gossip) {
    this.#url = url;
    this.#table = table;
    this.#findings = findings;
    this.#gossip = gossip;
  }

  get isCustomer(): boolean {
    return this.#table.role === "customer";
  }

  /** What stands for marks now, and the canaries that may be seen then. */
  get present(): { readonly known: Known; readonly own: ReadonlySet<string> } {
    return { known: this.#known, own: this.#own };
  }

  async play(command: Command): Promise<void> {
    const lane = await this.#openLane();
    this.#sent++;
    const { name } = command;
    const payload = fill(command.payload, this.#knownFor(name));
    const reply = await lane.send(name, payload);
    const wrong = faultOfReply(this.#table, name, reply);
    this.#findings.note(wrong, { ...command, payload });
    if (wrong === null) this.#learn(reply);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lane?.[Symbol.asyncDispose]();
  }

  /** What an agent writes to a customer is the customer's to see, and has no canary. */
  #knownFor(name: string): Known {
    const { conversation, turn } = this.#gossip;
    const known = { ...this.#known, stranger: turn };
    if (this.isCustomer) return known;
    return { ...known, conversation, turn, canary: name === "message:send" ? "" : this.#known.canary };
  }

  async #openLane(): Promise<Lane> {
    if (this.#lane !== null && !this.#lane.isOver && (!this.isCustomer || this.#sent < commandsOfOne))
      return this.#lane;
    await this.#lane?.[Symbol.asyncDispose]();
    this.#sent = 0;
    const canary = newCanary();
    this.#known = { ...nothing, canary };
    this.#own = new Set([canary]);
    const lane = await Lane.open(this.#url, this.#table, await this.#auth(), this.#ear(this.#own));
    this.#lane = lane;
    if (this.isCustomer) this.#learn(await lane.send("conversation:open", "{}"));
    return lane;
  }

  /** Customers of each class in turn: guests come without anything. */
  async #auth(): Promise<object> {
    const { role } = this.#table;
    const name = `Fuzz ${role} ${Math.random()}`;
    const as = classes[opened++ % classes.length];
    if (this.isCustomer && as === "guest") return {};
    const token = await tokenOf({ sub: `${name}@shop`, role, name, ...(this.isCustomer && { class: as }) });
    if (this.isCustomer) this.#known = { ...this.#known, token };
    return { token };
  }

  #ear(own: ReadonlySet<string>): Ear {
    return {
      fact: (name, payload) => {
        this.#findings.note(faultOfFact(this.#table, name, payload));
        this.#learn({ result: payload });
      },
      // Agents see what every customer writes.
      frame: (text) => this.isCustomer && this.#findings.note(leakIn(text, own)),
    };
  }

  /** Ids that came, for later commands. */
  #learn(reply: unknown): void {
    if (!this.isCustomer) return;
    // CAST: looked at member by member.
    const { conversationId, turnId, guestToken, message } = Object((reply as { result?: unknown }).result) as Told;
    this.#known = {
      ...this.#known,
      ...(conversationId && { conversation: conversationId }),
      ...(turnId && { turn: turnId }),
      ...(guestToken && { token: guestToken }),
      ...(message?.messageId && { message: message.messageId }),
    };
    if (conversationId) this.#gossip.conversation = conversationId;
    if (turnId) this.#gossip.turn = turnId;
  }
}

interface Told {
  readonly conversationId?: string;
  readonly turnId?: string | null;
  readonly guestToken?: string;
  readonly message?: { readonly messageId?: string };
}

const nothing: Known = {
  canary: "",
  token: "none",
  conversation: "nowhere",
  turn: "none",
  message: "none",
  stranger: "none",
};
