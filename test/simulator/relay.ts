import Anthropic from "@anthropic-ai/sdk";
import type { MessageParam, MessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import type { Entry } from "../../src/simulator/journal.ts";
import { openSimulator, type SimulatorOptions } from "../../src/simulator/server.ts";

export const model = "claude-opus-4-5-20251101";
export const newerModel = "claude-sonnet-4-6";

type Ask = Partial<Omit<Anthropic.MessageCreateParamsNonStreaming, "stream" | "messages">>;

export interface TestRelay extends AsyncDisposable {
  readonly baseUrl: string;
  readonly client: Anthropic;
  /** Streams an answer through the SDK to its end. */
  read(messages: string | MessageParam[], more?: Ask): Promise<Read>;
  /** Sends a body past the SDK, with good headers but for those given. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  setFaults(faults: unknown): Promise<Response>;
  requests(): Promise<readonly Entry[]>;
}

export interface Read {
  readonly events: readonly MessageStreamEvent[];
  readonly deltas: readonly string[];
  readonly text: string;
  readonly error: unknown;
}

/** A simulator that answers at once, on any free port. */
export async function openTestRelay(options: SimulatorOptions = {}): Promise<TestRelay> {
  const simulator = await openSimulator({ ...options, pace: { firstTokenMs: 0, deltaMs: 0, ...options.pace } });
  const { baseUrl } = simulator;
  const client = new Anthropic({ baseURL: baseUrl, apiKey: "test-key", maxRetries: 0, logLevel: "off" });
  return {
    baseUrl,
    client,
    read: (messages, more) => read(client, messages, more),
    post: (body, headers) => post(`${baseUrl}/v1/messages`, body, headers),
    setFaults: (faults) => post(`${baseUrl}/simulator/faults`, faults),
    async requests() {
      const response = await fetch(`${baseUrl}/simulator/requests`);
      const { requests } = (await response.json()) as { requests: Entry[] }; // CAST: the simulator's own endpoint
      return requests;
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

/** A valid body, with the parts replaced that are given. */
export function bodyOf(content: string, more: object = {}): object {
  return { model, max_tokens: 1024, messages: [{ role: "user", content }], ...more };
}

export function user(content: string): MessageParam {
  return { role: "user", content };
}

export function assistant(content: string): MessageParam {
  return { role: "assistant", content };
}

async function read(client: Anthropic, messages: string | MessageParam[], more: Ask = {}): Promise<Read> {
  const events: MessageStreamEvent[] = [];
  const deltas: string[] = [];
  let error: unknown;
  try {
    const list = typeof messages === "string" ? [user(messages)] : messages;
    const stream = await client.messages.create({ model, max_tokens: 4096, ...more, messages: list, stream: true });
    for await (const event of stream) {
      events.push(event);
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") deltas.push(event.delta.text);
    }
  } catch (cause) {
    error = cause;
  }
  return { events, deltas, text: deltas.join(""), error };
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      "x-api-key": "test-key",
      "anthropic-version": "2023-06-01",
      "content-type": "application/json",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
