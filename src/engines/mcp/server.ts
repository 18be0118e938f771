import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ListToolsResultSchema, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { type Clock, sleep } from "../../domain/clock.ts";
import type { ToolServerEvent } from "../../domain/tool-servers.ts";
import type { Tool } from "../../domain/tools.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { type Listed, toTools } from "./tools.ts";

export interface McpPlace {
  /** Stands before the names of its tools. */
  readonly name: string;
  readonly url: string;
  /** Sent with every request; never logged (X5). */
  readonly headers: Readonly<Record<string, string>>;
  /** Its own names of the tools that may be used; all of them without it. */
  readonly allow?: readonly string[] | undefined;
  /** For one request. */
  readonly timeoutMs: number;
}

export interface McpOptions {
  readonly place: McpPlace;
  readonly clock: Clock;
  /** From here on these are its tools. */
  readonly bring: (tools: readonly Tool[]) => void;
  readonly report: (event: ToolServerEvent) => void;
}

const pulseMs = 30_000;
const firstAgainMs = 1_000;
const longestAgainMs = 60_000;
/** No server's list is followed further. */
const maxPages = 10;

/** Resolves when the server's tools are there, or when it turned out to be away: then they come when it is back. */
export async function openMcpServer(options: McpOptions): Promise<McpServer> {
  const server = new McpServer(options);
  await server.known;
  return server;
}

/** A server of tools that speaks the Model Context Protocol. Being away costs its own tools and nothing else. */
export class McpServer implements AsyncDisposable {
  readonly #options: McpOptions;
  readonly #closing = new AbortController();
  readonly #known = Promise.withResolvers<void>();
  readonly #living: Promise<void>;
  /** Aborted when something makes it doubtful that the server is still there. */
  #doubt = new AbortController();

  constructor(options: McpOptions) {
    this.#options = options;
    this.#living = this.#live();
  }

  /** Resolves when it was asked for its tools for the first time, whatever came of it. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#doubt.abort();
    await this.#living;
  }

  /** One session after the other, with growing waits while none comes about. */
  async #live(): Promise<void> {
    const { clock, bring, report, place } = this.#options;
    const { signal } = this.#closing;
    let againMs = firstAgainMs;
    while (!signal.aborted) {
      const reason = await this.#session(() => {
        againMs = firstAgainMs;
      });
      if (signal.aborted) return;
      bring([]);
      report({ kind: "away", server: place.name, reason, againMs });
      this.#known.resolve();
      await sleep(clock, againMs, signal);
      againMs = Math.min(2 * againMs, longestAgainMs);
    }
  }

  /** Resolves, with the reason, when the server is not there any more. */
  async #session(begun: () => void): Promise<string> {
    const client = new Client({ name: "tidegate", version: "1" });
    const doubt = () => this.#doubt.abort();
    // Also of requests that do not get through.
    client.onerror = doubt;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => this.#list(client).catch(doubt));
    try {
      await client.connect(this.#transport(), this.#limits);
      await this.#list(client);
      begun();
      this.#known.resolve();
      await this.#watch(client);
      return "closed";
    } catch (fault) {
      return nameOf(fault);
    } finally {
      // A server that is gone cannot be told goodbye.
      await client.close().catch(() => {});
    }
  }

  #transport(): Transport {
    const { url, headers } = this.#options.place;
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { ...headers } },
      fetch: boundedFetch,
    });
    // CAST: the SDK's own class, whose optional members are not written for `exactOptionalPropertyTypes`.
    return transport as Transport;
  }

  get #limits() {
    const { timeoutMs } = this.#options.place;
    return { timeout: timeoutMs, maxTotalTimeout: timeoutMs, signal: this.#closing.signal };
  }

  async #list(client: Client): Promise<void> {
    const { place, bring, report } = this.#options;
    const listed: Listed[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const params = cursor === undefined ? {} : { cursor };
      // The SDK's own method compiles every schema that the server sends, which nothing here needs.
      const { tools, nextCursor } = await client.request(
        { method: "tools/list", params },
        ListToolsResultSchema,
        this.#limits,
      );
      listed.push(...tools);
      cursor = nextCursor;
      if (cursor === undefined) break;
    }
    const tools = toTools(listed, place, client);
    bring(tools);
    report({ kind: "listed", server: place.name, tools: tools.length, left: listed.length - tools.length });
  }

  /** Rejects when the server does not answer any more. */
  async #watch(client: Client): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await sleep(this.#options.clock, pulseMs, this.#doubt.signal);
      if (signal.aborted) return;
      this.#doubt = new AbortController();
      await client.ping(this.#limits);
    }
  }
}

/** What went wrong, without a word of what the server said (X5). */
function nameOf(fault: unknown): string {
  if (!(fault instanceof Error)) return "unknown";
  const cause = fault.cause instanceof Error && "code" in fault.cause ? String(fault.cause.code) : "";
  const code = "code" in fault ? String(fault.code) : "";
  return [fault.name, code, cause].filter((part) => part !== "" && part !== "undefined").join(" ");
}
