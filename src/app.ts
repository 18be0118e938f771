import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { Desk } from "./domain/answering.ts";
import { Assistant } from "./domain/assistant.ts";
import { Audience } from "./domain/audience.ts";
import { RetryBudget } from "./domain/recovery.ts";
import type { Relay } from "./domain/relay.ts";
import { tellAll } from "./domain/steps.ts";
import { MemoryConversations } from "./engines/memory/conversations.ts";
import { MemoryTurns } from "./engines/memory/turns.ts";
import { MemoryWorld } from "./engines/memory/world.ts";
import { openRelay } from "./engines/relay/relay.ts";
import { systemClock } from "./engines/system-clock.ts";
import { openSimulator } from "./simulator/server.ts";
import { EventLoopLoad, paceMs } from "./telemetry/load.ts";
import { TurnLog } from "./telemetry/log.ts";
import { type ChatApiOptions, openChatApi } from "./transport/chat-api.ts";
import { openHttp } from "./transport/http.ts";
import { Identity } from "./transport/identity.ts";
import { Rates } from "./transport/limits.ts";
import { Origins } from "./transport/origins.ts";
import { releaseSockets } from "./transport/release.ts";
import { openSockets } from "./transport/sockets.ts";

/** A running server. */
export interface App extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no new work, lets running answers finish for the configured time, and stops (N3). */
  close(): Promise<void>;
}

/** Where the built pages lie. */
const pagesPath = fileURLToPath(new URL("../client/dist", import.meta.url));

const sweepMs = 60_000;
/** While the server closes it looks as often who is no longer being answered and may go. */
const releaseMs = 250;
/** A conversation keeps as many messages; older ones are let go. */
const maxMessages = 200;

/** Opens everything in the order of need; what was opened is closed in reverse, also when a later step fails. */
export async function openApp(config: Config, log: Logger): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const onFault = (fault: unknown, where: string) => log.error({ err: fault, where }, "unexpected fault");
  const clock = systemClock;
  let draining = false;

  const load = stack.use(new EventLoopLoad());
  const relay = await openUpstream(config, stack, log);
  const world = openWorld(config, stack);
  const conversations = new MemoryConversations(world);
  const turns = new MemoryTurns(world);
  const audience = new Audience({ clock, paceMs: () => paceMs(load.share) });
  const listener = tellAll([audience, new TurnLog(log)]);
  const desk = { ...deskSettings(config), turns, relay, clock, listener };
  const assistant = new Assistant({ ...desk, conversations, context: config.context, onFault });

  const transport: ChatApiOptions = {
    identity: new Identity(config),
    origins: new Origins({ allowed: config.allowedOrigins, demonstration: config.demonstration }),
    trustedProxies: config.trustedProxies,
    connections: new Rates(connectionRate(config), clock),
    world: {
      conversations,
      turns,
      assistant,
      audience,
      questions: new Rates(questionRate(config), clock),
      simulated: config.relayAccess.kind === "simulator",
      draining: () => draining,
    },
  };
  const http = await openHttp({ pagesPath, unready: () => (draining ? "draining" : null), onFault });
  openChatApi(http, transport);
  const io = openSockets(http.server, { ...transport, ...socketLimits(config), onFault });
  const url = await http.listen({ host: config.host, port: config.port, backlog: 4_096 });
  stack.defer(() => http.close());
  stack.defer(() => io.close());

  const running = stack.move();
  const close = once(async () => {
    draining = true;
    const deadline = AbortSignal.timeout(config.drainMs);
    let busy = true;
    const drained = assistant.drain(deadline).finally(() => {
      busy = false;
    });
    while (busy) {
      await releaseSockets(io, assistant.busy, pause);
      await Promise.race([drained, pause(releaseMs)]);
    }
    await releaseSockets(io, new Set(), pause);
    await running.disposeAsync();
  });
  return { url, close, [Symbol.asyncDispose]: close };
}

/** The relay of the configuration, or the simulator and the way to it. */
async function openUpstream(config: Config, stack: AsyncDisposableStack, log: Logger): Promise<Relay> {
  const { firstTokenMs, idleMs, totalMs } = config.relay;
  const clocks = { firstTokenMs, idleMs, totalMs };
  const version = config.anthropicVersion;
  const access = config.relayAccess;
  if (access.kind === "remote") return stack.use(openRelay({ ...access, ...clocks, version }));
  const simulator = stack.use(await openSimulator());
  log.warn({ baseUrl: simulator.baseUrl }, "no relay is set: the built-in simulator answers, not Claude");
  return stack.use(openRelay({ baseUrl: simulator.baseUrl, apiKey: "simulator", ...clocks, version }));
}

function openWorld(config: Config, stack: AsyncDisposableStack): MemoryWorld {
  const newId = () => randomBytes(16).toString("base64url");
  const world = new MemoryWorld({ clock: systemClock, newId, lifeMs: config.context.lifeSeconds * 1_000, maxMessages });
  const timer = setInterval(() => world.sweep(), sweepMs).unref();
  stack.defer(() => clearInterval(timer));
  return world;
}

function deskSettings({ relay, models, assistant, shop }: Config) {
  const chain: Desk["chain"] = [relay.model, ...relay.fallbacks];
  const { tries: triesPerModel, continuations, backoffMs, startDeadlineMs } = relay;
  return {
    models,
    chain,
    system: assistant.instructions.replaceAll("{shop}", shop.name),
    maxTokens: assistant.maxTokens,
    recovery: { triesPerModel, continuations, backoffMs, startDeadlineMs },
    budget: new RetryBudget(),
    random: Math.random,
  };
}

const connectionRate = ({ limits }: Config) => ({
  perSecond: limits.connectionsPerSecond,
  burst: limits.connectionsBurst,
});
const questionRate = ({ limits }: Config) => ({
  perSecond: limits.messagesPerMinute / 60,
  burst: limits.messagesBurst,
});

const socketLimits = ({ limits }: Config) => ({
  commands: { perSecond: limits.commandsPerSecond, burst: limits.commandsBurst },
  socketsPerCustomer: limits.socketsPerCustomer,
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= run();
    return result;
  };
}
