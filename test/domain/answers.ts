import { Answer } from "../../src/domain/answer.ts";
import type { Step } from "../../src/domain/steps.ts";
import type { Turn } from "../../src/domain/turns.ts";

/** A turn that a node writes, as it is stored under its latest epoch; `offsets` are those at which its epochs began. */
export function turnOf(turnId: string, owner: string, offsets: readonly number[] = [0]): Turn {
  const starts = offsets.map((offset, at) => ({ epoch: at + 1, offset }));
  return { conversationId: "c", turnId, state: "starting", epoch: starts.length, starts, askedAt: 0, owner };
}

/** The answer of turn `t` under its first epoch. */
export function newAnswer(text = ""): Answer {
  return new Answer(turnOf("t", "owner"), "m", text);
}

/** Begins the next epoch of an answer at `offset`. */
export function raise(answer: Answer, offset: number): Step {
  const epoch = answer.epoch + 1;
  answer.raise({ epoch, starts: [...answer.starts, { epoch, offset }] });
  return { kind: "turn-started", answer, offset };
}

export function ended({ ref, epoch, text }: Answer): Extract<Step, { kind: "turn-ended" }> {
  const message = { messageId: `a-${ref.turnId}`, author: "assistant", text, at: 0, turnId: ref.turnId } as const;
  const end = { outcome: "completed", message: { ...message, outcome: "completed" }, error: undefined } as const;
  return { kind: "turn-ended", ref, epoch, ...end, model: "m", report: { firstTextMs: 0, totalMs: 0, attempts: 1 } };
}

/** The end of an attempt that was broken off before the relay said what it used. */
export function attemptAborted({ ref, epoch }: Answer): Extract<Step, { kind: "attempt-ended" }> {
  const tokens = { inputTokens: null, outputTokens: null, cacheReadTokens: null, cacheWriteTokens: null } as const;
  const report = { model: "m", requestId: undefined, firstTokenMs: 1, totalMs: 1, ...tokens, usage: "none" } as const;
  const account = { customerId: "c", class: "guest", tier: "high" } as const;
  const end = { kind: "aborted", report } as const;
  return { kind: "attempt-ended", ref, epoch, account, purpose: "answer", maxTokens: 1_024, end };
}
