import type { Logger } from "pino";
import type { Answer } from "../domain/answer.ts";
import { type Account, outcomeOf, usageOf } from "../domain/costs.ts";
import { addUsage, costOf, type PriceTable, picosPerUnit, priceOf, type Usage } from "../domain/prices.ts";
import type { AttemptReport } from "../domain/relay.ts";
import type { Listener, Step } from "../domain/steps.ts";

export interface TurnLogOptions {
  readonly log: Logger;
  readonly prices: PriceTable;
  /** What stands for a customer in the log. */
  readonly hash: (customerId: string) => string;
}

type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

/** What the attempts of a turn have come to so far. */
interface Tally {
  readonly account: Account;
  firstTokenMs: number | null;
  requestId: string | undefined;
  isEstimated: boolean;
  picos: bigint;
  usage: Usage;
}

/** Writes one line for each failed attempt, for each look-up and for each turn; never for a delta, never a text (S6, X5). */
export class TurnLog implements Listener {
  readonly #options: TurnLogOptions;
  readonly #tallies = new Map<string, Tally>();

  constructor(options: TurnLogOptions) {
    this.#options = options;
  }

  text(_answer: Answer, _piece: string): void {}

  step(step: Step): void {
    if (step.kind === "attempt-ended") this.#attempt(step);
    if (step.kind === "turn-activity") this.#activity(step);
    if (step.kind === "turn-ended") this.#turn(step);
    if (step.kind === "turn-lost") this.#tallies.delete(step.answer.ref.turnId);
  }

  #activity({ answer: { ref, epoch, found }, activity: { callId, tool, state } }: StepOf<"turn-activity">): void {
    if (state === "running") return;
    const tookMs = found.find((each) => each.callId === callId)?.tookMs;
    this.#options.log.info({ ...ref, epoch, tool, tookMs }, `tool ${state}`);
  }

  #attempt({ ref, epoch, account, purpose, end }: StepOf<"attempt-ended">): void {
    const { log } = this.#options;
    if (purpose !== "draft") this.#tally(ref.turnId, account, end.report);
    const line = { ...ref, epoch, purpose, ...figures(end.report) };
    if (end.kind !== "failed") return log.debug(line, `attempt ${outcomeOf(end)}`);
    const { reason, detail, status, retryAfterMs } = end.failure;
    log.warn({ ...line, reason, status, retryAfterMs }, `relay: ${detail}`);
  }

  #tally(turnId: string, account: Account, report: AttemptReport): void {
    const { prices } = this.#options;
    const known = this.#tallies.get(turnId);
    const usage = usageOf(report);
    const picos = costOf(priceOf(prices.relay, report.model), usage);
    this.#tallies.set(turnId, {
      account,
      firstTokenMs: known?.firstTokenMs ?? report.firstTokenMs,
      requestId: report.requestId ?? known?.requestId,
      isEstimated: known?.isEstimated === true || report.usage === "estimated",
      picos: picos + (known?.picos ?? 0n),
      usage: known ? addUsage(known.usage, usage) : usage,
    });
  }

  #turn({ ref, epoch, outcome, error, model, report, message }: StepOf<"turn-ended">): void {
    const tally = this.#tallies.get(ref.turnId);
    this.#tallies.delete(ref.turnId);
    const line = { ...ref, epoch, outcome, error: error?.code, model, ...report, chars: message.text.length };
    this.#options.log.info({ ...line, ...(tally && this.#told(tally)) }, `turn ${outcome}`);
  }

  #told({ account, firstTokenMs, requestId, isEstimated, picos, usage }: Tally): object {
    const { prices, hash } = this.#options;
    const { customerId, class: name, tier } = account;
    return {
      customer: customerId === "" ? undefined : hash(customerId),
      class: name,
      tier,
      firstTokenMs,
      ...usage,
      isEstimated: isEstimated || undefined,
      cost: Number(picos) / Number(picosPerUnit),
      currency: prices.currency,
      requestId,
    };
  }
}

function figures(report: AttemptReport): object {
  const { model, requestId, firstTokenMs, totalMs, inputTokens, outputTokens, cacheReadTokens } = report;
  return { model, requestId, firstTokenMs, totalMs, inputTokens, outputTokens, cacheReadTokens };
}
