import type { Socket as TcpSocket } from "node:net";
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
import { customerCommands, customerFacts } from "../../src/contract/events.ts";
import { exactly } from "./contract.ts";

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
      this.facts.push({ name, payload: exactly(customerFacts[name].payload, payload) });
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
    // Every result that any test receives is held against the contract. CAST: the table ties the name to its result.
    if (reply.ok) return exactly(customerCommands[name].result, reply.result) as CommandResult<N>;
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

  /** Asks and waits for the end of the answer. */
  async answerTo(text: string, messageId: string = freshId()): Promise<FactPayload<"turn:ended">> {
    const { turnId } = await this.ask("message:send", { messageId, text });
    return this.fact("turn:ended", (ended) => ended.turnId === turnId);
  }

  /** Asks and waits for the first text; gives the turn's id. */
  async begin(text: string): Promise<string> {
    const { turnId } = await this.ask("message:send", { messageId: freshId(), text });
    return (await this.fact("turn:delta", (delta) => delta.turnId === turnId)).turnId;
  }

  /** The pieces of a turn's text in the order they came. */
  deltasOf(turnId: string): readonly FactPayload<"turn:delta">[] {
    return this.facts.filter(({ name, payload }) => name === "turn:delta" && payload.turnId === turnId).map(payloadOf);
  }

  /**
   * The text of a turn of one epoch, from what the customer had before the deltas on.
   *
   * @throws when a delta repeats a character or leaves one out
   */
  exactTextOf(turnId: string, before = ""): string {
    let text = before;
    for (const { offset, text: piece } of this.deltasOf(turnId)) {
      if (offset !== text.length) throw new Error(`a delta at ${offset} where ${text.length} characters are known`);
      text += piece;
    }
    return text;
  }

  /** The TCP socket under the connection: pause it, and nothing is read; count its bytes. */
  get wire(): TcpSocket {
    // CAST: socket.io-client runs on the `ws` package here, whose TCP socket has no public name.
    const transport = this.socket.io.engine.transport as unknown as { ws: { _socket: TcpSocket } };
    return transport.ws._socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.disconnect();
  }
}

const payloadOf = (fact: Fact) => fact.payload;

let lastId = 0;

/** A message id that no other message of this process has. */
export function freshId(): string {
  lastId++;
  return `m-${process.pid}-${lastId}`;
}

export type OpenCustomer = TestCustomer & { readonly opened: CommandResult<"conversation:open"> };

/** A connected customer with an open conversation. */
export async function openCustomer(
  url: string,
  auth: { token?: string; guestToken?: string } = {},
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<OpenCustomer> {
  const customer = await new TestCustomer(url, { ...options, auth }).connected();
  const opened = await customer.ask("conversation:open", {});
  return Object.assign(customer, { opened });
}

/** Another connection of the same guest. */
export function openAgain(url: string, { opened }: OpenCustomer): Promise<OpenCustomer> {
  return openCustomer(url, guestOf(opened));
}

/** What makes a connection the same guest's. */
export function guestOf({ guestToken }: CommandResult<"conversation:open">): { guestToken?: string } {
  return guestToken === undefined ? {} : { guestToken };
}
