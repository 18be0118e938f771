import { SignJWT } from "jose";
import { io, type Socket } from "socket.io-client";
import type {
  AgentCommandInput,
  AgentCommandName,
  AgentCommandResult,
  AgentFactName,
  AgentFactPayload,
  AgentToServer,
  Reply,
  ServerToAgent,
} from "../../src/contract/events.ts";
import { agentCommands, agentFacts } from "../../src/contract/events.ts";
import type { Summary, View } from "../../src/contract/shapes.ts";
import { exactly } from "./contract.ts";
import { secret } from "./server.ts";

export interface AgentFact {
  readonly name: AgentFactName;
  // biome-ignore lint/suspicious/noExplicitAny: a recorded fact of whatever kind; tests look at what they asked for
  readonly payload: any;
  /** When it came, on the clock of `performance`. */
  readonly at: number;
}

/** A token such as the shop would give. */
export function tokenOf(claims: Record<string, unknown>, key = secret): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(key));
}

/** An agent's socket as a test uses it: commands as promises, facts recorded and awaited, the inbox as a page keeps it. */
export class TestAgent implements AsyncDisposable {
  readonly socket: Socket<ServerToAgent, AgentToServer>;
  readonly facts: AgentFact[] = [];
  readonly inbox = new Map<string, Summary>();
  #wake: (() => void)[] = [];

  constructor(url: string, token: string) {
    this.socket = io(`${url}/agents`, {
      transports: ["websocket"],
      forceNew: true,
      reconnection: false,
      auth: { token },
    });
    this.socket.onAny((name: AgentFactName, payload: unknown) => {
      // Every fact that any test receives is held against the contract.
      const parsed = exactly(agentFacts[name].payload, payload);
      this.facts.push({ name, payload: parsed, at: performance.now() });
      if (name === "inbox:changed") this.#changed(parsed as AgentFactPayload<"inbox:changed">);
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  async connected(): Promise<this> {
    if (this.socket.connected) return this;
    await new Promise<void>((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("connect_error", reject);
    });
    return this;
  }

  /** The reply as it came. */
  send<N extends AgentCommandName>(name: N, payload: AgentCommandInput<N>): Promise<Reply<AgentCommandResult<N>>> {
    // CAST: the maps tie name and payload; Socket.IO's types cannot follow a generic name.
    return this.socket.timeout(10_000).emitWithAck(name, ...([payload] as never)) as Promise<
      Reply<AgentCommandResult<N>>
    >;
  }

  /** The result, or an exception with the error's code. */
  async ask<N extends AgentCommandName>(name: N, payload: AgentCommandInput<N>): Promise<AgentCommandResult<N>> {
    const reply = await this.send(name, payload);
    if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
    // CAST: the table ties the name to its result.
    return exactly(agentCommands[name].result, reply.result) as AgentCommandResult<N>;
  }

  async openInbox(view: View = "all"): Promise<AgentCommandResult<"inbox:open">> {
    const opened = await this.ask("inbox:open", { view });
    this.inbox.clear();
    for (const row of opened.conversations) this.inbox.set(row.conversationId, row);
    return opened;
  }

  /** The first fact of that name which satisfies `test`, also when it has come already. */
  async fact<N extends AgentFactName>(
    name: N,
    test: (payload: AgentFactPayload<N>) => boolean = () => true,
  ): Promise<AgentFactPayload<N>> {
    for (;;) {
      const found = this.facts.find((fact) => fact.name === name && test(fact.payload));
      if (found) return found.payload;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The row of a conversation once it satisfies `test`. */
  async row(conversationId: string, test: (row: Summary) => boolean = () => true): Promise<Summary> {
    for (;;) {
      const row = this.inbox.get(conversationId);
      if (row && test(row)) return row;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Resolves when the inbox does not show the conversation. */
  async rowGone(conversationId: string): Promise<void> {
    while (this.inbox.has(conversationId)) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** The text of a turn as its deltas spell it, after what was known before, each at its own place. */
  textOf(turnId: string, before = ""): string {
    let text = before;
    for (const { name, payload } of this.facts) {
      if (payload.turnId !== turnId) continue;
      if (name === "turn:started") text = text.slice(0, payload.offset);
      if (name === "turn:delta") text = text.slice(0, payload.offset) + payload.text;
    }
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.disconnect();
  }

  #changed({ conversations, gone }: AgentFactPayload<"inbox:changed">): void {
    for (const row of conversations) this.inbox.set(row.conversationId, row);
    for (const id of gone) this.inbox.delete(id);
  }
}

/** A connected agent with an open inbox. */
export async function openAgent(url: string, name: string, view: View = "all"): Promise<TestAgent> {
  const token = await tokenOf({ sub: `${name.toLowerCase()}@shop`, role: "agent", name });
  const agent = await new TestAgent(url, token).connected();
  await agent.openInbox(view);
  return agent;
}
