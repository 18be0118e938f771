import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type {
  ClientToServer,
  CommandInput,
  CommandName,
  CommandResult,
  FactName,
  FactPayload,
  Reply,
  ServerToClient,
} from "../../src/contract/events.ts";
import { customerFacts } from "../../src/contract/events.ts";

export interface Fact {
  readonly name: FactName;
  // biome-ignore lint/suspicious/noExplicitAny: a recorded fact of whatever kind; tests look at what they asked for
  readonly payload: any;
}

/** A customer's socket as a test uses it: commands as promises, facts recorded and awaited. */
export class TestCustomer implements AsyncDisposable {
  readonly socket: Socket<ServerToClient, ClientToServer>;
  readonly facts: Fact[] = [];
  #wake: (() => void)[] = [];

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false, ...options });
    this.socket.onAny((name: FactName, payload: unknown) => {
      // Every fact that any test receives is held against the contract.
      this.facts.push({ name, payload: customerFacts[name].payload.parse(payload) });
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
  send<N extends CommandName>(name: N, payload: CommandInput<N>): Promise<Reply<CommandResult<N>>> {
    // CAST: the maps tie name and payload; Socket.IO's types cannot follow a generic name.
    return this.socket.timeout(10_000).emitWithAck(name, ...([payload] as never)) as Promise<Reply<CommandResult<N>>>;
  }

  /** The result, or an exception with the error's code. */
  async ask<N extends CommandName>(name: N, payload: CommandInput<N>): Promise<CommandResult<N>> {
    const reply = await this.send(name, payload);
    if (reply.ok) return reply.result;
    throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
  }

  /** The first fact of that name which satisfies `test`, also when it has come already. */
  async fact<N extends FactName>(
    name: N,
    test: (payload: FactPayload<N>) => boolean = () => true,
  ): Promise<FactPayload<N>> {
    for (;;) {
      const found = this.facts.find((fact) => fact.name === name && test(fact.payload));
      if (found) return found.payload;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The text of a turn as its deltas spell it, each at its own place. */
  textOf(turnId: string): string {
    let text = "";
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
}

/** A connected customer with an open conversation. */
export async function openCustomer(
  url: string,
  auth: { token?: string; guestToken?: string } = {},
): Promise<TestCustomer & { readonly opened: CommandResult<"conversation:open"> }> {
  const customer = await new TestCustomer(url, { auth }).connected();
  const opened = await customer.ask("conversation:open", {});
  return Object.assign(customer, { opened });
}
