import { setTimeout as pause } from "node:timers/promises";
import {
  type AgentFactName,
  agentCommands,
  agentFacts,
  customerCommands,
  customerFacts,
  type FactName,
} from "../../src/contract/events.ts";
import type { Summary } from "../../src/contract/shapes.ts";
import { Line, type Outcome } from "./takeover.line.ts";
import { type Heard, Screen, type Snapshot } from "./takeover.screen.ts";

const opened = customerCommands["conversation:open"].result;
const joined = agentCommands["conversation:join"].result;
const inboxOpened = agentCommands["inbox:open"].result;

/** What is refused for the moment is tried again after so long. */
const againMs = 200;

/** One tab of a customer. */
export class TabPage implements Disposable {
  readonly screen: Screen;
  readonly line: Line;
  conversationId = "";
  /** What the node gave the latest time. */
  given: Snapshot | null = null;
  readonly #guest: { token?: string };

  /** @param guest what the tabs of one guest share */
  constructor(name: string, urls: readonly string[], guest: { token?: string }) {
    this.screen = new Screen(name);
    this.#guest = guest;
    this.line = new Line({
      namespace: "",
      urls,
      auth: () => (guest.token === undefined ? {} : { guestToken: guest.token }),
      enter: () => this.#enter(),
      hear: (name, payload) => this.#hear(name, payload),
    });
  }

  [Symbol.dispose](): void {
    this.line[Symbol.dispose]();
  }

  async #enter(): Promise<void> {
    const { have } = this.screen;
    const reply = await this.line.command("conversation:open", have ? { have } : {}, (heard) => this.#opened(heard));
    if (reply.kind !== "done") throw new Error(`the conversation did not open: ${JSON.stringify(reply)}`);
  }

  #opened(reply: Outcome): void {
    if (reply.kind !== "done") return;
    const { conversationId, guestToken, ...snapshot } = opened.parse(reply.result);
    this.conversationId = conversationId;
    this.#guest.token ??= guestToken ?? "";
    this.given = snapshot;
    this.screen.see(snapshot);
  }

  #hear(name: string, raw: unknown): void {
    const at = performance.now();
    // CAST: the schema of that name parses it, and the screen looks at the name.
    const heard = { name, payload: customerFacts[name as FactName].payload.parse(raw) } as Heard;
    this.screen.hear(heard, at);
  }
}

/** One page of an agent, which shows an inbox and as many conversations as it has joined. */
export class AgentPage implements Disposable {
  readonly name: string;
  readonly agentId: string;
  readonly line: Line;
  readonly inbox = new Map<string, Summary>();
  readonly #screens = new Map<string, Screen>();

  constructor(agent: { readonly name: string; readonly agentId: string }, urls: readonly string[], token: string) {
    this.name = agent.name;
    this.agentId = agent.agentId;
    this.line = new Line({
      namespace: "/agents",
      urls,
      auth: () => ({ token }),
      enter: () => this.#enter(),
      hear: (name, payload) => this.#hear(name, payload),
    });
  }

  /** Shows that conversation from now on, over all connections. */
  async join(conversationId: string): Promise<Screen> {
    const screen = new Screen(this.name);
    this.#screens.set(conversationId, screen);
    await this.line.ready;
    await this.#join(conversationId, screen);
    return screen;
  }

  /** Asks for it again, with what is there already. */
  async rejoin(conversationId: string): Promise<void> {
    const screen = this.#screens.get(conversationId);
    if (screen) await this.#join(conversationId, screen);
  }

  leave(conversationId: string): Promise<Outcome> {
    this.#screens.delete(conversationId);
    return this.line.command("conversation:leave", { conversationId });
  }

  [Symbol.dispose](): void {
    this.line[Symbol.dispose]();
  }

  async #enter(): Promise<void> {
    const reply = await this.line.command("inbox:open", { view: "all" }, (heard) => this.#listed(heard));
    if (reply.kind !== "done") throw new Error(`the inbox did not open: ${JSON.stringify(reply)}`);
    await Promise.all([...this.#screens].map(([conversationId, screen]) => this.#join(conversationId, screen)));
  }

  #listed(reply: Outcome): void {
    if (reply.kind !== "done") return;
    this.inbox.clear();
    for (const row of inboxOpened.parse(reply.result).conversations) this.inbox.set(row.conversationId, row);
  }

  async #join(conversationId: string, screen: Screen): Promise<void> {
    const { have } = screen;
    const payload = { conversationId, ...(have && { have }) };
    const reply = await this.line.command("conversation:join", payload, (heard) => this.#joined(screen, heard));
    // Where the connection is lost, whoever comes back joins.
    if (reply.kind === "done" || (reply.kind === "unknown" && reply.code === undefined)) return;
    await pause(againMs);
    return this.#join(conversationId, screen);
  }

  #joined(screen: Screen, reply: Outcome): void {
    if (reply.kind !== "done") return;
    const { messages, turn, summary } = joined.parse(reply.result);
    screen.see({ messages, turn, responder: summary.responder });
  }

  #hear(name: string, raw: unknown): void {
    const at = performance.now();
    // CAST: the schema of that name parses it, and the screen looks at the name.
    const heard = { name, payload: agentFacts[name as AgentFactName].payload.parse(raw) } as Heard;
    if (heard.name === "inbox:changed") {
      for (const row of heard.payload.conversations) this.inbox.set(row.conversationId, row);
      for (const id of heard.payload.gone) this.inbox.delete(id);
    } else if ("conversationId" in heard.payload) {
      this.#screens.get(heard.payload.conversationId)?.hear(heard, at);
    }
  }
}
