import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { type WebhookEventName, webhookEvents } from "../../src/contract/webhooks.ts";
import { until } from "./until.ts";

/** `whsec_` and 32 bytes. */
export const webhookSecret = `whsec_${Buffer.from("a secret for webhooks in tests..").toString("base64")}`;

/** An event as the shop's own server has it, once its signature was found good. */
export interface Received {
  readonly webhookId: string;
  readonly type: WebhookEventName;
  readonly timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: of whatever event; tests look at what they asked for
  readonly data: any;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** How the shop's server answers a request; the default is 204. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

/** The shop's own server: verifies every delivery by the library's own rules, and misbehaves as it is told. */
export class ShopServer implements AsyncDisposable {
  /** All requests, also those it did not take. */
  readonly received: Received[] = [];
  /** What it could not verify. */
  readonly faults: unknown[] = [];
  behave: Behaviour = (response) => response.writeHead(204).end();
  readonly #server: Server;
  readonly #verifier: Webhook;

  private constructor(secret: string) {
    this.#verifier = new Webhook(secret);
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch((fault: unknown) => {
        this.faults.push(fault);
        response.writeHead(400).end();
      });
    });
  }

  static async open(secret = webhookSecret): Promise<ShopServer> {
    const shop = new ShopServer(secret);
    shop.#server.listen(0, "127.0.0.1");
    await once(shop.#server, "listening");
    return shop;
  }

  get url(): string {
    // CAST: a server that listens on TCP has an address of that kind.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/hooks`;
  }

  ofType(type: WebhookEventName): readonly Received[] {
    return this.received.filter((one) => one.type === type);
  }

  get ids(): readonly string[] {
    return this.received.map(({ webhookId }) => webhookId);
  }

  /** The first event of that type which satisfies `test`, also when it has come already. */
  event(
    type: WebhookEventName,
    test: (event: Received) => boolean = () => true,
    patienceMs?: number,
  ): Promise<Received> {
    return until(`a webhook ${type}`, () => this.ofType(type).find(test), patienceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    // CAST: the headers that it looks at come once; it refuses any other.
    this.#verifier.verify(body, request.headers as Record<string, string>);
    const { type, timestamp, data } = JSON.parse(body);
    // Every event that any test receives is held against the contract.
    webhookEvents[type as WebhookEventName].data.strict().parse(data); // CAST: an unknown one is a fault
    const webhookId = String(request.headers["webhook-id"]);
    this.received.push({ webhookId, type, timestamp, data, headers: request.headers, body });
    this.behave(response, request);
  }
}

/** Never answers. */
export const silent: Behaviour = () => {};

export function answering(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): Behaviour {
  return (response) => response.writeHead(status, headers).end(body);
}
