import type { Config } from "./config.ts";
import type { FirstTextSettings } from "./domain/first-text-limit.ts";
import type { LineSettings, StartRate } from "./domain/line.ts";
import { RetryBudget } from "./domain/recovery.ts";
import { ServiceTable } from "./domain/service.ts";
import type { TierSettings } from "./domain/tiers.ts";

/** What each part of the server is told of the configuration. */

export function lineSettings({ admission: { tiers, line, rampPerSecond } }: Config): LineSettings {
  const { max, weights, ageingSeconds } = line;
  const { vip, member, guest } = line.acceptBelow;
  const acceptBelow = { vip: Math.min(max, vip), member: Math.min(max, member), guest: Math.min(max, guest) };
  const rate = ({ perSecond, burst }: StartRate): StartRate => ({ perSecond, burst });
  return {
    tiers: { high: rate(tiers.high), medium: rate(tiers.medium), degraded: rate(tiers.degraded) },
    acceptBelow,
    weights,
    ageingMs: ageingSeconds * 1_000,
    rampPerSecond,
  };
}

export function tierSettings({ admission: { signal, firstTexts } }: Config): TierSettings {
  return { ...signal, firstTexts: firstTexts satisfies FirstTextSettings };
}

export function serviceTable({ relay, assistant, context, admission: { tiers } }: Config): ServiceTable {
  const { model, smallModel, fallbacks } = relay;
  const { medium, degraded } = tiers;
  const { maxTokens } = assistant;
  return new ServiceTable({ model, smallModel, fallbacks, maxTokens, rounds: context.rounds, medium, degraded });
}

export function deskSettings({ relay, models, assistant, shop, context }: Config) {
  const { tries: triesPerModel, continuations, backoffMs, startDeadlineMs } = relay;
  return {
    models,
    system: assistant.instructions.replaceAll("{shop}", shop.name),
    recovery: { triesPerModel, continuations, backoffMs, startDeadlineMs },
    budget: new RetryBudget(),
    random: Math.random,
    contextTokens: context.tokens,
  };
}

/** Every model that may be asked, each once. */
export function modelsOf({ relay: { model, smallModel, fallbacks } }: Pick<Config, "relay">): readonly string[] {
  return [...new Set([model, smallModel, ...fallbacks])];
}

/** The MCP servers whose tools the assistant may use. */
export function mcpPlaces({ tools, mcpHeaders }: Config) {
  return tools.mcp.map(({ name, url, allow, timeoutMs }) => ({
    name,
    url,
    allow,
    timeoutMs,
    headers: mcpHeaders[name] ?? {},
  }));
}

export const connectionRate = ({ limits }: Config) => ({
  perSecond: limits.connectionsPerSecond,
  burst: limits.connectionsBurst,
});

/** Pages, probes and whatever else comes need connections too; beyond this nobody is told why any more. */
export const arrivalRate = ({ limits }: Config) => ({
  perSecond: 2 * limits.connectionsPerSecond,
  burst: 2 * limits.connectionsBurst,
});

export const questionRate = ({ limits }: Config) => ({
  perSecond: limits.messagesPerMinute / 60,
  burst: limits.messagesBurst,
});

export const socketLimits = ({ limits }: Config) => ({
  commands: { perSecond: limits.commandsPerSecond, burst: limits.commandsBurst },
  socketsPerCustomer: limits.socketsPerCustomer,
});
