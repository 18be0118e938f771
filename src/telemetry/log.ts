import { type Logger, pino } from "pino";
import type { Tier } from "../contract/shapes.ts";
import type { Answer } from "../domain/answer.ts";
import type { TierReason } from "../domain/helm.ts";
import type { ClusterEvent } from "../domain/member.ts";
import type { AttemptEnd } from "../domain/relay.ts";
import type { Listener, Step } from "../domain/steps.ts";
import type { ToolServerEvent } from "../domain/tool-servers.ts";
import type { WebhookReport } from "../domain/webhooks.ts";

export interface LogOptions {
  readonly level: string;
  /** One readable line for people instead of JSON. */
  readonly pretty: boolean;
}

/** Whatever a careless call site may hand over: these never reach the log (X5). */
const secrets = [
  "token",
  "guestToken",
  "authorization",
  "apiKey",
  "authToken",
  "text",
  "*.token",
  "*.guestToken",
  "*.text",
];

export function openLog({ level, pretty }: LogOptions): Logger {
  const redact = { paths: secrets, censor: "[hidden]" };
  if (!pretty) return pino({ level, redact, base: null });
  const options = { ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" };
  return pino({ level, redact, transport: { target: "pino-pretty", options } });
}

/** Writes one line for each failed attempt, for each look-up and for each turn; never for a delta, never a text (S6, X5). */
export class TurnLog implements Listener {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  text(_answer: Answer, _piece: string): void {}

  step(step: Step): void {
    if (step.kind === "attempt-ended") this.#attempt(step);
    if (step.kind === "turn-activity") this.#activity(step);
    if (step.kind === "turn-ended") this.#turn(step);
  }

  #activity({
    answer: { ref, epoch, found },
    activity: { callId, tool, state },
  }: Extract<Step, { kind: "turn-activity" }>): void {
    if (state === "running") return;
    const tookMs = found.find((each) => each.callId === callId)?.tookMs;
    this.#log.info({ ...ref, epoch, tool, tookMs }, `tool ${state}`);
  }

  #attempt({ ref, epoch, end }: Extract<Step, { kind: "attempt-ended" }>): void {
    if (end.kind !== "failed") return this.#log.debug({ ...ref, epoch, ...figures(end) }, `attempt ${end.kind}`);
    const { reason, detail, status, retryAfterMs } = end.failure;
    this.#log.warn({ ...ref, epoch, reason, status, retryAfterMs, ...figures(end) }, `relay: ${detail}`);
  }

  #turn({ ref, epoch, outcome, error, model, report, message }: Extract<Step, { kind: "turn-ended" }>): void {
    const line = { ...ref, epoch, outcome, error: error?.code, model, ...report, chars: message.text.length };
    this.#log.info(line, `turn ${outcome}`);
  }
}

/** Writes what happens between this node, Redis and the other nodes. */
export function clusterLog(log: Logger): (event: ClusterEvent) => void {
  return (event) => {
    switch (event.kind) {
      case "away":
        return log.warn("Redis is away: what goes on here goes on, and is written when it is back");
      case "back":
        return log.info("Redis is back");
      case "reborn":
        return log.warn({ former: event.former, node: event.present }, "taken for dead: goes on as another node");
      case "orphaned":
        return log.warn({ node: event.nodeId }, "a node has gone: what it was answering is taken over");
      case "connection":
        return log.debug({ reason: event.error.message }, "a connection to Redis failed");
      default:
        event satisfies never;
    }
  };
}

/** Writes what happens to webhooks; of an address the host alone, for the rest may be a secret (X5). */
export function webhookLog(log: Logger): (event: WebhookReport) => void {
  return (event) => {
    const host = URL.parse(event.url)?.host;
    switch (event.kind) {
      case "delivered":
        return log.debug({ host, webhookId: event.webhookId, attempt: event.attempt }, "webhook delivered");
      case "failed": {
        const { webhookId, attempt, why, waitMs } = event;
        const line = { host, webhookId, attempt, why };
        if (waitMs === null) return log.error(line, "webhook given up");
        return log.warn({ ...line, waitMs }, "webhook failed: it is tried again");
      }
      case "gone":
        return log.error({ host }, "the webhook's endpoint is gone, as it says (410): this node tells it nothing more");
      case "dropped":
        return log.error({ host, count: event.count }, "webhooks are lost: too many waited, or the node closes");
      default:
        event satisfies never;
    }
  };
}

/** Writes why a look-up came to nothing. */
export function toolLog(log: Logger): (fault: unknown, tool: string) => void {
  return (fault, tool) => log.warn({ tool, err: fault }, "a tool failed");
}

/** Writes which tools MCP servers bring, and that one is away. */
export function mcpLog(log: Logger): (event: ToolServerEvent) => void {
  return (event) => {
    const { kind, server, ...figures } = event;
    if (kind === "listed") log.info({ server, ...figures }, "an MCP server brings its tools");
    else log.warn({ server, ...figures }, "an MCP server is away: its tools cannot be used until it is back");
  };
}

/** Writes that the relay is given quiet. */
export function pauseLog(log: Logger): (model: string, ms: number) => void {
  return (model, ms) =>
    log.warn({ model, ms: Math.round(ms) }, "the relay is given quiet: nothing is begun with that model");
}

/** Writes that the service level has moved. */
export function tierLog(log: Logger): (from: Tier, to: Tier, reason: TierReason) => void {
  return (from, to, reason) => {
    const isRaised = to === "high" || from === "degraded";
    const line = { from, to, reason };
    if (reason === "budget") {
      if (isRaised) log.info(line, "a new day, or a larger budget: the tier is raised");
      else log.warn(line, "the day's budget is spent: the tier is lowered");
    } else if (isRaised) log.info(line, "the relay does better: the tier is raised");
    else log.warn(line, "the relay is slow or fails: the tier is lowered");
  };
}

/** Writes that single cost records are gone for good; what they cost is counted all the same unless the node closes. */
export function costLog(log: Logger): (records: number) => void {
  return (records) => log.warn({ records }, "cost records are lost: Redis was away for too long");
}

function figures({ report }: AttemptEnd): object {
  const { model, requestId, firstTokenMs, totalMs, inputTokens, outputTokens, cacheReadTokens } = report;
  return { model, requestId, firstTokenMs, totalMs, inputTokens, outputTokens, cacheReadTokens };
}
