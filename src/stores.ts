import { Cluster, type ClusterOptions } from "./cluster.ts";
import type { Config } from "./config.ts";
import { MemoryBoard } from "./engines/memory/board.ts";
import { MemoryConversations } from "./engines/memory/conversations.ts";
import { MemoryDesk } from "./engines/memory/desk.ts";
import { MemoryHealth } from "./engines/memory/health.ts";
import { MemoryLedger } from "./engines/memory/ledger.ts";
import { MemoryLine } from "./engines/memory/line.ts";
import { MemoryResponders } from "./engines/memory/responders.ts";
import { MemoryTurns } from "./engines/memory/turns.ts";
import { MemoryWebhooks } from "./engines/memory/webhooks.ts";
import { MemoryWorld } from "./engines/memory/world.ts";
import { systemClock } from "./engines/system-clock.ts";
import { newId } from "./ids.ts";
import { lineSettings } from "./parts.ts";

const sweepMs = 60_000;
/** A conversation keeps as many messages; older ones are let go. */
const maxMessages = 200;

/** What one node needs that keeps everything to itself. */
export function openMemory(config: Config, stack: AsyncDisposableStack) {
  const lifeMs = config.context.lifeSeconds * 1_000;
  const world = new MemoryWorld({ clock: systemClock, newId, lifeMs, maxMessages });
  const timer = setInterval(() => world.sweep(), sweepMs).unref();
  stack.defer(() => clearInterval(timer));
  const line = new MemoryLine({ settings: lineSettings(config), clock: systemClock });
  const health = new MemoryHealth(systemClock);
  return {
    conversations: new MemoryConversations(world),
    turns: new MemoryTurns(world),
    responders: new MemoryResponders(world),
    desk: new MemoryDesk(systemClock),
    webhooks: new MemoryWebhooks(systemClock),
    ledger: new MemoryLedger(config.cost.keepRecords),
    line,
    health,
    board: new MemoryBoard(systemClock),
  };
}

/** This node's part in a service of many, when Redis is set. */
export async function openCluster(
  config: Config,
  more: Pick<ClusterOptions, "paceMs" | "report" | "onFault">,
  stack: AsyncDisposableStack,
): Promise<Cluster | null> {
  const { redis } = config;
  if (redis === null) return null;
  const options = {
    redis,
    lineSettings: lineSettings(config),
    config,
    clock: systemClock,
    newId,
    maxMessages,
    ...more,
  };
  return stack.use(await Cluster.open(options));
}

/** Nodes of a demonstration agree on one secret, so that each of them knows the other's guests (X6). */
export async function agreedSecrets(
  { demonstration, secrets }: Config,
  cluster: Cluster | null,
): Promise<Config["secrets"]> {
  return demonstration && cluster ? [await cluster.agreeOnSecret(secrets[0])] : secrets;
}
