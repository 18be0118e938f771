import type { AttemptEnd, AttemptReport, FailureReason, Relay, RelayRequest } from "../../src/domain/relay.ts";

const report: AttemptReport = {
  model: "m",
  requestId: undefined,
  firstTokenMs: 1,
  totalMs: 1,
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
};

/** One attempt, written by the test. */
export interface Attempt {
  readonly request: RelayRequest;
  readonly aborted: boolean;
  write(text: string): void;
  end(): void;
  fail(reason: FailureReason): void;
}

/** A relay whose answers are written by the test, piece by piece, under its clock. */
export class ScriptedRelay implements Relay {
  /** All so far, oldest first. */
  readonly attempts: Attempt[] = [];

  attempt(request: RelayRequest, onText: (text: string) => void, signal: AbortSignal): Promise<AttemptEnd> {
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve({ kind: "aborted", report }), { once: true });
      if (signal.aborted) resolve({ kind: "aborted", report });
      this.attempts.push({
        request,
        get aborted() {
          return signal.aborted;
        },
        write: (text) => {
          if (!signal.aborted) onText(text);
        },
        end: () => resolve({ kind: "complete", stop: "end", report }),
        fail: (reason) => resolve({ kind: "failed", failure: { reason, detail: "" }, report }),
      });
    });
  }

  /** The attempt that was made last. */
  get last(): Attempt {
    const last = this.attempts.at(-1);
    if (last === undefined) throw new Error("nothing was asked of the relay");
    return last;
  }
}
