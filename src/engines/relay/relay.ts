import Anthropic from "@anthropic-ai/sdk";
import type { AttemptEnd, ModelMessage, Relay, RelayRequest } from "../../domain/relay.ts";
import type { RelayLimit } from "../../domain/relay-limits.ts";
import { Attempt } from "./attempt.ts";
import { normaliseBaseUrl } from "./base-url.ts";
import { type Credentials, keyNames, keysOf, relayHeaders } from "./credentials.ts";
import { readLimits } from "./rate-limits.ts";
import { toBody } from "./request.ts";
import { Prompts } from "./usage.ts";
import type { Limits } from "./watch.ts";
import { openWire, type Wire } from "./wire.ts";

export interface RelayOptions extends Credentials, Partial<Limits> {
  /** With or without a trailing `/v1`, see {@link normaliseBaseUrl}. */
  readonly baseUrl: string;
  /** Whether HTTP/2 is asked for where the relay is reached over TLS (the default). */
  readonly http2?: boolean | undefined;
  /**
   * Milliseconds between two reads of an answer, once its text has begun, asked for after each: nobody is shown text more often.
   * Over HTTP/1.1 alone. Without it, all is read as it comes.
   */
  readonly paceMs?: () => number;
  /** Told of what the relay's limits leave for a model, at the beginning of each answer. */
  readonly onLimits?: (model: string, limits: readonly RelayLimit[]) => void;
}

/** Opens the way to the relay (U1). Throws one sentence when the address or the key cannot work. */
export function openRelay(options: RelayOptions): AnthropicRelay {
  return new AnthropicRelay(options);
}

/** Claude behind a relay that speaks the Anthropic Messages API, through the Anthropic SDK. */
export class AnthropicRelay implements Relay, AsyncDisposable {
  readonly #client: Anthropic;
  readonly #wire: Wire;
  readonly #limits: Limits;
  readonly #baseUrl: string;
  readonly #keys: readonly string[];
  readonly #keyNames: string;
  readonly #prompts = new Prompts();
  readonly #paceMs: () => number;
  readonly #onLimits: NonNullable<RelayOptions["onLimits"]>;

  constructor(options: RelayOptions) {
    const { firstTokenMs = 5_000, idleMs = 10_000, totalMs = 120_000 } = options;
    this.#limits = { firstTokenMs, idleMs, totalMs };
    this.#baseUrl = normaliseBaseUrl(options.baseUrl);
    this.#keys = keysOf(options);
    this.#keyNames = keyNames(options);
    this.#paceMs = options.paceMs ?? (() => 0);
    this.#onLimits = options.onLimits ?? (() => {});
    this.#wire = openWire({
      baseUrl: this.#baseUrl,
      headers: relayHeaders(options),
      connectMs: firstTokenMs,
      http2: options.http2 ?? true,
    });
    this.#client = quietClient(this.#baseUrl, this.#keys[0] ?? "", this.#wire, totalMs);
  }

  /** What the relay is asked by: it chooses where the way to it is over TLS. */
  get protocol(): Wire["protocol"] {
    return this.#wire.protocol;
  }

  async attempt(request: RelayRequest, onText: (text: string) => void, signal: AbortSignal): Promise<AttemptEnd> {
    const secret = { keys: this.#keys, texts: request.messages.flatMap(textsOf) };
    const prompt = () => this.#prompts.of(request);
    const asked = { model: request.model, baseUrl: this.#baseUrl, keyNames: this.#keyNames, secret, prompt };
    const headers = (told: Headers) => this.#hear(request.model, told);
    const attempt = new Attempt(asked, this.#limits, { text: onText, headers, paceMs: this.#paceMs }, signal);
    const end = await attempt.run((upstream) =>
      // What `messages.create` does, without its warning on the console, each time, for a model that is to end one day.
      this.#client.post("/v1/messages", { body: toBody(request), stream: true, signal: upstream }),
    );
    this.#prompts.note(end.report);
    return end;
  }

  #hear(model: string, headers: Headers): void {
    const limits = readLimits(headers, Date.now());
    if (limits.length > 0) this.#onLimits(model, limits);
  }

  /** Ends every open answer as cut or unreachable, and closes the connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire[Symbol.asyncDispose]();
  }
}

/**
 * Everything the SDK would look for in the environment is given, so that nothing there changes who is asked, with which
 * key, or what is logged: address, credential, log level (its error log quotes answers, X5), telemetry. Variables that
 * add headers have no effect either, because the wire sends its own.
 */
function quietClient(baseURL: string, credential: string, wire: Wire, totalMs: number): Anthropic {
  return new Anthropic({
    baseURL,
    apiKey: credential,
    webhookKey: null,
    fetch: wire.fetch,
    maxRetries: 0,
    // Ours run out first: the SDK's clock stops at the headers.
    timeout: 2 * totalMs,
    logLevel: "off",
    openTelemetry: false,
  });
}

/** Whatever of a message may not be quoted (X5). */
function textsOf({ text, results = [] }: ModelMessage): string[] {
  return [text, ...results.map((result) => result.text)];
}
