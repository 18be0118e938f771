import { APIError, type APIPromise } from "@anthropic-ai/sdk";
import { withoutStacks } from "../../contract/errors.ts";
import type { AttemptEnd, AttemptReport, RelayFailure } from "../../domain/relay.ts";
import { Answer } from "./answer.ts";
import { RelayBody } from "./body.ts";
import { readEvents } from "./events.ts";
import { type Asked, endedEarly, expiryFailure, toFailure } from "./failures.ts";
import { readUsage } from "./usage.ts";
import { type Expiry, type Limits, Watch } from "./watch.ts";

/** Asks the relay through the SDK; aborting the signal must close the connection. */
export type Ask = (signal: AbortSignal) => APIPromise<unknown>;

/** Who is told what comes. */
export interface Hearer {
  readonly text: (text: string) => void;
  readonly headers: (headers: Headers) => void;
  /** Milliseconds in which text is passed on at once: it need not be read more often. */
  readonly paceMs: () => number;
}

/** One request from start to end: the token loop, the clocks, and how it ended. */
export class Attempt {
  readonly #asked: Asked;
  readonly #hearer: Hearer;
  readonly #signal: AbortSignal;
  readonly #limits: Limits;
  readonly #answer = new Answer();
  readonly #upstream = new AbortController();
  readonly #watch: Watch;
  #body: RelayBody | null = null;
  #expired: Expiry | null = null;
  #firstTokenMs: number | null = null;
  #requestId: string | undefined;
  #isAsked = false;
  /** The signal's own word costs more, and is asked for with every event. */
  #isAborted = false;
  /** The relay has begun to send an answer. */
  #isServed = false;

  constructor(asked: Asked, limits: Limits, hearer: Hearer, signal: AbortSignal) {
    this.#asked = asked;
    this.#limits = limits;
    this.#hearer = hearer;
    this.#signal = signal;
    this.#watch = new Watch(limits, () => this.#body?.silentSince ?? 0, this.#expire);
  }

  async run(ask: Ask): Promise<AttemptEnd> {
    this.#signal.addEventListener("abort", this.#close, { once: true });
    try {
      this.#isAborted = this.#signal.aborted;
      this.#isAsked = !this.#isAborted;
      if (this.#isAsked) await this.#read(ask(this.#upstream.signal));
      return this.#end(null);
    } catch (thrown) {
      return this.#end(thrown);
    } finally {
      this.#watch.stop();
      this.#signal.removeEventListener("abort", this.#close);
    }
  }

  async #read(asking: ReturnType<Ask>): Promise<void> {
    const response = await asking.asResponse();
    this.#isServed = true;
    this.#requestId = readRequestId(response.headers);
    this.#hearer.headers(response.headers);
    const body: unknown = response.body;
    if (!(body instanceof RelayBody)) throw new Error("the answer did not come by the wire of this relay");
    this.#body = body;
    // What came before the abort may still be read: none of it may be delivered (H1, S6).
    if (this.#isStopped) return body.leave();
    await readEvents(body, response.headers, (event) => {
      this.#take(event);
      return !this.#answer.ended && !this.#isStopped;
    });
  }

  #take(event: unknown): void {
    const text = this.#answer.take(event);
    if (this.#answer.begun) this.#watch.begin();
    // A tool call is a sign of life, once: who waits for the first text waits for the tool from here on.
    if (text === "" && (this.#firstTokenMs !== null || !this.#answer.calls)) return;
    this.#firstTokenMs ??= this.#watch.elapsedMs();
    this.#hearer.text(text);
    this.#body?.mayRest(this.#hearer.paceMs());
  }

  get #isStopped(): boolean {
    return this.#isAborted || this.#expired !== null;
  }

  readonly #close = (): void => {
    this.#isAborted = true;
    this.#leave();
  };

  readonly #expire = (expiry: Expiry): void => {
    this.#expired = expiry;
    this.#leave();
  };

  /**
   * The SDK keeps its controller, and so the reason of its abort, until the body is collected. By the stack of that reason
   * the body would be kept by itself, and all that belongs to the attempt with it.
   */
  #leave(): void {
    withoutStacks(() => this.#upstream.abort());
  }

  #end(thrown: unknown): AttemptEnd {
    if (thrown instanceof APIError) this.#requestId ??= readRequestId(thrown.headers);
    const report = this.#report(this.#isCharged(thrown));
    if (this.#answer.ended) return this.#whole(report);
    if (this.#isAborted) return { kind: "aborted", report };
    return { kind: "failed", failure: this.#failure(thrown), report };
  }

  /**
   * Whether relays count what was sent, as a rule: an answer has begun, or this side went away while it was being made. An
   * error in place of the first event is a refusal, and one that never answers has most likely not begun.
   */
  #isCharged(thrown: unknown): boolean {
    if (this.#isAborted) return this.#isAsked;
    return this.#isServed && !(thrown instanceof APIError);
  }

  /** What was called is called, whatever the relay says why it stopped; but a call that was cut is none. */
  #whole(report: AttemptReport): AttemptEnd {
    const { uses: calls, stopReason } = this.#answer;
    const stop = stopOf(stopReason);
    if (stop !== "end") return { kind: "complete", stop, report };
    if (calls.length > 0) return { kind: "complete", stop: "tool-use", calls, report };
    if (stopReason === "tool_use") return { kind: "failed", failure: callsNothing, report };
    return { kind: "complete", stop, report };
  }

  /** A refusal whose text never came is still that refusal; else the clock that ran out is the cause of all the rest. */
  #failure(thrown: unknown): RelayFailure {
    if (thrown instanceof APIError && thrown.status !== undefined) return toFailure(thrown, this.#asked);
    if (this.#expired !== null) return expiryFailure(this.#expired, this.#limits, this.#answer);
    return thrown === null ? endedEarly(this.#answer, this.#body) : toFailure(thrown, this.#asked);
  }

  #report(isCharged: boolean): AttemptReport {
    return {
      model: this.#asked.model,
      requestId: this.#requestId,
      responseId: this.#answer.id,
      firstTokenMs: this.#firstTokenMs,
      totalMs: this.#watch.elapsedMs(),
      ...readUsage(this.#answer, isCharged, this.#asked.prompt),
    };
  }
}

const callsNothing: RelayFailure = {
  reason: "broken",
  detail: "The relay's answer stops for a tool call, and there is none.",
};

function readRequestId(headers: Headers | undefined): string | undefined {
  return headers?.get("request-id")?.slice(0, 100) ?? headers?.get("x-request-id")?.slice(0, 100);
}

function stopOf(reason: unknown): "end" | "max-tokens" | "refusal" {
  if (reason === "max_tokens" || reason === "model_context_window_exceeded") return "max-tokens";
  return reason === "refusal" ? "refusal" : "end";
}
