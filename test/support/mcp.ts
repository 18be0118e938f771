import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { McpServer as Protocol } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";

type Handle = (input: Record<string, unknown>) => Promise<{ text?: string; isError?: boolean; image?: boolean }>;

/** A real MCP server on a port of its own; its tools are functions of the test. */
export class TestMcp implements AsyncDisposable {
  readonly calls: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
  /** Headers of every request so far. */
  readonly headers: Record<string, unknown>[] = [];
  /** Whether it offers the stream on which it could say that its tools have changed. */
  offersStream = true;
  readonly #tools: Map<string, Handle>;
  readonly #sessions = new Map<
    string,
    { readonly protocol: Protocol; readonly transport: StreamableHTTPServerTransport }
  >();
  #http: Server | null = null;
  #port = 0;
  #ids = 0;

  constructor(tools: Readonly<Record<string, Handle>>) {
    this.#tools = new Map(Object.entries(tools));
  }

  static async open(tools: Readonly<Record<string, Handle>>): Promise<TestMcp> {
    const server = new TestMcp(tools);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  /** Starts, again at the same port. */
  async start(): Promise<void> {
    this.#http = createServer((request, response) => {
      this.headers.push(request.headers);
      if (request.method === "GET" && !this.offersStream) response.writeHead(405).end();
      else
        void this.#transportOf(request.headers["mcp-session-id"]).then(async (transport) => {
          if (transport) await transport.handleRequest(request, response);
          else response.writeHead(404).end();
        });
    });
    this.#http.listen(this.#port, "127.0.0.1");
    await once(this.#http, "listening");
    // CAST: a server that listens on a port has an address of this kind.
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  /** Dies, with all sessions. */
  async stop(): Promise<void> {
    this.#sessions.clear();
    this.#http?.closeAllConnections();
    this.#http?.close();
    this.#http = null;
  }

  /** Says to everybody connected that it has another tool now. */
  add(name: string, handle: Handle): void {
    this.#tools.set(name, handle);
    for (const { protocol } of this.#sessions.values()) this.#register(protocol, name, handle);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #transportOf(id: string | string[] | undefined): Promise<StreamableHTTPServerTransport | undefined> {
    if (typeof id === "string") return this.#sessions.get(id)?.transport;
    const protocol = new Protocol({ name: "test", version: "1" });
    for (const [name, handle] of this.#tools) this.#register(protocol, name, handle);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => `s${this.#ids++}`,
      onsessioninitialized: (sessionId) => {
        this.#sessions.set(sessionId, { protocol, transport });
      },
    });
    // CAST: the SDK's own class, whose optional members are not written for `exactOptionalPropertyTypes`.
    await protocol.connect(transport as Transport);
    return transport;
  }

  #register(protocol: Protocol, name: string, handle: Handle): void {
    const inputSchema = { q: z.string().optional() };
    protocol.registerTool(name, { description: `Does ${name}.`, inputSchema }, async (input) => {
      this.calls.push({ name, input });
      const { text = "", isError = false, image } = await handle(input);
      const picture = image ? [{ type: "image" as const, data: "AAAA", mimeType: "image/png" }] : [];
      return { content: [{ type: "text", text }, ...picture], isError };
    });
  }
}
