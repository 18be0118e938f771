import { io, type Socket } from "socket.io-client";
import type { Reply } from "../../src/contract/events.ts";
import {
  type OperatorCommandInput,
  type OperatorCommandName,
  type OperatorCommandResult,
  type OperatorToServer,
  operatorCommands,
  operatorFacts,
  type ServerToOperator,
} from "../../src/contract/operator-events.ts";
import type { ServiceState } from "../../src/contract/service.ts";
import { tokenOf } from "./agent.ts";
import { exactly } from "./contract.ts";

/** An operator's socket as a test uses it: commands as promises, and the service as it was told last. */
export class TestOperator implements AsyncDisposable {
  readonly socket: Socket<ServerToOperator, OperatorToServer>;
  /** The service as it was told, oldest first. */
  readonly told: ServiceState[] = [];
  #wake: (() => void)[] = [];

  constructor(url: string, auth: object) {
    this.socket = io(`${url}/operators`, { transports: ["websocket"], forceNew: true, reconnection: false, auth });
    this.socket.on("service:changed", (payload) => {
      // Every fact that any test receives is held against the contract.
      this.told.push(exactly(operatorFacts["service:changed"].payload, payload).service);
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
  send<N extends OperatorCommandName>(
    name: N,
    payload: OperatorCommandInput<N>,
  ): Promise<Reply<OperatorCommandResult<N>>> {
    // CAST: the maps tie name and payload; Socket.IO's types cannot follow a generic name.
    return this.socket.timeout(10_000).emitWithAck(name, ...([payload] as never)) as Promise<
      Reply<OperatorCommandResult<N>>
    >;
  }

  /** The result, or an exception with the error's code. */
  async ask<N extends OperatorCommandName>(
    name: N,
    payload: OperatorCommandInput<N>,
  ): Promise<OperatorCommandResult<N>> {
    const reply = await this.send(name, payload);
    if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
    // CAST: the table ties the name to its result.
    return exactly(operatorCommands[name].result, reply.result) as OperatorCommandResult<N>;
  }

  /** The first picture of the service from now on that satisfies `test`. */
  async sees(test: (service: ServiceState) => boolean): Promise<ServiceState> {
    for (let at = this.told.length; ; at++) {
      while (this.told.length <= at) await new Promise<void>((resolve) => this.#wake.push(resolve));
      const service = this.told[at];
      if (service && test(service)) return service;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.disconnect();
  }
}

/** A connected operator who looks. */
export async function openOperator(url: string, name = "Mei"): Promise<TestOperator> {
  const token = await tokenOf({ sub: `${name.toLowerCase()}@shop`, role: "operator", name });
  const operator = await new TestOperator(url, { token }).connected();
  await operator.ask("service:open", {});
  return operator;
}
