import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import type { Deed, TierReason } from "../contract/service.ts";
import type { Tier } from "../contract/shapes.ts";
import type { ClusterEvent } from "../domain/member.ts";
import type { ToolServerEvent } from "../domain/tool-servers.ts";
import type { WebhookReport } from "../domain/webhooks.ts";
import { shapeOfFault } from "./fault.ts";

export interface LogOptions {
  readonly level: string;
  /** One readable line for people instead of JSON. */
  readonly pretty: boolean;
  /** Keys, tokens and passwords of the configuration: wherever one would stand in a line, it is hidden (X5). */
  readonly hidden?: readonly string[];
  /** Where lines go; to the standard output without it. */
  readonly destination?: DestinationStream | undefined;
}

const censor = "[hidden]";

/** Whatever a careless call site may hand over: these never reach the log (X5). */
const nameless = ["token", "guestToken", "authorization", "apiKey", "authToken", "password", "secret", "text"];
const paths = nameless.flatMap((name) => [name, `*.${name}`]);

export function openLog({ level, pretty, hidden = [], destination }: LogOptions): Logger {
  const options: LoggerOptions = {
    level,
    redact: { paths, censor },
    serializers: { err: shapeOfFault },
    hooks: { streamWrite: hider(hidden) },
  };
  if (!pretty) return pino({ ...options, base: null }, destination ?? pino.destination(1));
  const shown = { ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" };
  return pino({ ...options, transport: { target: "pino-pretty", options: shown } });
}

/** Shorter ones would be found in words that tell nothing. */
const shortestHidden = 8;

function hider(hidden: readonly string[]): (line: string) => string {
  const written = hidden
    .filter((secret) => secret.length >= shortestHidden)
    // As a line of JSON has it.
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) =>
    written.reduce((told, secret) => (told.includes(secret) ? told.replaceAll(secret, censor) : told), line);
}

/** Writes what happens between this node, Redis and the other nodes. */
export function clusterLog(log: Logger): (event: ClusterEvent) => void {
  return (event) => {
    switch (event.kind) {
      case "away":
        return log.warn({ why: event.why }, "Redis is away: what goes on here goes on, and is written when it is back");
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

/** Writes what an operator has done: nobody has to be asked afterwards who it was. */
export function operatorLog(log: Logger): (deed: Deed) => void {
  return ({ by, what, about }) => log.warn({ operator: by, deed: what, about }, `operator: ${deeds[what]}`);
}

const deeds: Readonly<Record<Deed["what"], string>> = {
  "tier-held": "the tier is held",
  "tier-released": "the tier is let go",
  "guests-paused": "guests are paused",
  "guests-released": "guests go on",
  "node-drained": "a node is drained",
  "node-returned": "a node is back",
};

/** Writes that customers are turned away: how many since it was written before. */
export function shedLog(log: Logger): (customers: number) => void {
  return (customers) => log.warn({ customers }, "customers are turned away: the line is full");
}

/** Writes that traces cannot be sent. */
export function traceLog(log: Logger): (why: string, batches: number) => void {
  return (why, batches) => log.warn({ why, batches }, "traces cannot be sent: those that wait too long are dropped");
}

/** Writes that single cost records are gone for good; what they cost is counted all the same unless the node closes. */
export function costLog(log: Logger): (records: number) => void {
  return (records) => log.warn({ records }, "cost records are lost: Redis was away for too long");
}
