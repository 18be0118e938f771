import type { AttemptEnd, AttemptReport, FailureReason, Relay, RelayRequest, ToolUse } from "../../src/domain/relay.ts";

const report: AttemptReport = {
  model: "m",
  requestId: undefined,
  firstTokenMs: 1,
  totalMs: 1,
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  usage: "none",
};

/** One attempt, written by the test. */
export interface Attempt {
  readonly request: RelayRequest;
  readonly aborted: boolean;
  write(text: string): void;
  end(stop?: "end" | "max-tokens"): void;
  /** Ends with calls of tools. */
  call(...calls: readonly ToolUse[]): void;
  fail(reason: FailureReason): void;
}

/** A relay whose answers are written by the test, piece by piece, under its clock. */
export class ScriptedRelay implements Relay {
  /** All so far, oldest first. */
  readonly attempts: Attempt[] = [];

  attempt(request: RelayRequest, onText: (text: string) => void, signal: AbortSignal): Promise<AttemptEnd> {
    return new Promise((settle) => {
      const resolve = (end: AttemptEnd) => {
        // Otherwise the signal is kept, and with it the whole scene.
        signal.removeEventListener("abort", stop);
        settle(end);
      };
      const stop = () => resolve({ kind: "aborted", report });
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
      this.attempts.push({
        request,
        get aborted() {
          return signal.aborted;
        },
        write: (text) => {
          if (!signal.aborted) onText(text);
        },
        end: (why = "end") => resolve({ kind: "complete", stop: why, report }),
        call: (...calls) => resolve({ kind: "complete", stop: "tool-use", calls, report }),
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
