import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { Cluster } from "./cluster.ts";
import type { Config } from "./config.ts";
import type { CustomerClass, Tier } from "./contract/shapes.ts";
import { hasher, openCosts } from "./costs.ts";
import { Absences } from "./domain/absences.ts";
import { Admission } from "./domain/admission.ts";
import { Assistant } from "./domain/assistant.ts";
import { Audience } from "./domain/audience.ts";
import type { Conversation } from "./domain/conversations.ts";
import { Drafts } from "./domain/drafts.ts";
import { RelayGauge } from "./domain/gauge.ts";
import { Handoff } from "./domain/handoff.ts";
import { Helm } from "./domain/helm.ts";
import { Inbox } from "./domain/inbox.ts";
import type { Line } from "./domain/line.ts";
import { personTool } from "./domain/person-tool.ts";
import { Places } from "./domain/places.ts";
import { restMs } from "./domain/relay-limits.ts";
import { Rescue } from "./domain/rescue.ts";
import { Responding } from "./domain/responding.ts";
import { tellAll } from "./domain/steps.ts";
import { Steward } from "./domain/steward.ts";
import type { ToolServerEvent } from "./domain/tool-servers.ts";
import { Troubles } from "./domain/troubles.ts";
import type { WebhookReport } from "./domain/webhooks.ts";
import { Withdrawal } from "./domain/withdrawal.ts";
import { openShop } from "./engines/shop/open.ts";
import { systemClock } from "./engines/system-clock.ts";
import { newId } from "./ids.ts";
import { mostConnections, openFilesLimit } from "./open-files.ts";
import { openOverview } from "./overview.ts";
import {
  arrivalRate,
  connectionRate,
  deskSettings,
  lineSettings,
  modelsOf,
  questionRate,
  serviceTable,
  socketLimits,
  tierSettings,
} from "./parts.ts";
import { agreedSecrets, openCluster, openMemory } from "./stores.ts";
import { EventLoopLoad, paceMs, readPaceMs } from "./telemetry/load.ts";
import {
  clusterLog,
  costLog,
  mcpLog,
  operatorLog,
  pauseLog,
  shedLog,
  tierLog,
  toolLog,
  traceLog,
  webhookLog,
} from "./telemetry/log.ts";
import { Meter, type Refused } from "./telemetry/meter.ts";
import { Seldom } from "./telemetry/seldom.ts";
import { TurnLog } from "./telemetry/turn-log.ts";
import { openTurnTrace } from "./tracing.ts";
import { Addresses } from "./transport/addresses.ts";
import { openAgentSockets } from "./transport/agent-sockets.ts";
import { type ChatApiOptions, openChatApi } from "./transport/chat-api.ts";
import type { CustomerWorld } from "./transport/customers.ts";
import { openHttp } from "./transport/http.ts";
import { Identity } from "./transport/identity.ts";
import { openBucket, Rates } from "./transport/limits.ts";
import { openMetrics, openMetricsPort } from "./transport/metrics-door.ts";
import { openOperatorSockets } from "./transport/operator-sockets.ts";
import { Origins } from "./transport/origins.ts";
import { releaseSockets } from "./transport/release.ts";
import {
  countSockets,
  openSockets,
  type SocketServer,
  tellAgents,
  tellAgentsHere,
  tellAllAgentsHere,
  tellElsewhere,
} from "./transport/sockets.ts";
import { openToolbox, openUpstream, type ToolReports } from "./upstream.ts";
import { openWebhooks } from "./webhooks.ts";

/** A running server. */
export interface App extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no new work, lets running answers finish for the configured time, and stops (N3). */
  close(): Promise<void>;
}

/** Where the built pages lie. */
const pagesPath = fileURLToPath(new URL("../client/dist", import.meta.url));

/** While customers are turned away the log says so as often. */
const tellShedMs = 10_000;
/** While the server closes it looks as often who is no longer being answered and may go. */
const releaseMs = 250;
/** Questions that are shed are looked up so often, on each node: one that was answered before needs no place in line. */
const lookUpRate = { perSecond: 100, burst: 200 };

/** Opens everything in the order of need; what was opened is closed in reverse, also when a later step fails. */
export async function openApp(config: Config, log: Logger): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const clock = systemClock;
  const troubles = new Troubles(clock);
  const onFault = (fault: unknown, where: string) => {
    troubles.note("unexpected");
    log.error({ err: fault, where }, "unexpected fault");
  };
  let closing = false;

  // First, so that it is closed last: it tells of the very end too.
  const tracing = await openTurnTrace(config, traceLog(log), stack);
  const load = stack.use(new EventLoopLoad());
  const pace = () => paceMs(load.share);
  const upstream = await openUpstream(
    config,
    stack,
    {
      onLimits: (model, limits) => helm.rest(model, restMs(limits)),
      paceMs: () => readPaceMs(load.share),
    },
    (baseUrl) => log.warn({ baseUrl }, "no relay is set: the built-in simulator answers, not Claude"),
  );
  const cluster = await openCluster(config, { paceMs: pace, report: clusterLog(log), onFault }, stack);
  const { conversations, turns, responders, desk, line, health, board, webhooks, ledger } =
    cluster ?? openMemory(config, stack);
  const nodeId = cluster?.nodeId ?? newId();
  const secrets = await agreedSecrets(config, cluster);
  const meter = stack.use(new Meter(config.prices, modelsOf(config), clock.elapsed));
  const lost = (records: number) => {
    costLog(log)(records);
    meter.lost(records);
    troubles.note("records-lost");
  };
  const hash = hasher(secrets[0]);
  const { book, budget } = await openCosts(config, { ledger, secret: secrets[0], newId, lost, onFault }, stack);
  const audience = new Audience({
    clock,
    paceMs: pace,
    ...(cluster && { muted: () => cluster.fenced }),
    emptied: (conversationId) => {
      absences.left(conversationId);
      if (cluster) cluster.emptied(conversationId);
      else void conversations.leave(conversationId);
    },
  });
  const places = new Places({
    settings: lineSettings(config),
    clock,
    tell: (conversationId, place) => audience.tell(conversationId, "turn:queued", place),
    vanished: ({ conversationId }) => cluster?.lookAfter(conversationId),
    isHeld: (name) => name === "guest" && steward.pausesGuests,
  });
  const absences = new Absences({
    clock,
    awayMs: config.admission.line.awaySeconds * 1_000,
    waits: (conversationId) => places.knows(conversationId),
    isWatched: (conversationId) => audience.isWatched(conversationId),
    awayElsewhereMs: async (conversationId) => (cluster ? cluster.awayElsewhereMs(conversationId) : Infinity),
    giveUp: (conversationId) => assistant.abandon(conversationId),
    onFault,
  });
  stack.defer(() => absences.close());
  const responding = new Responding();
  const inbox = new Inbox({
    desk,
    clock,
    nodeId: () => cluster?.nodeId ?? "this",
    classOf: (conversationId) => admission.classOf(conversationId),
    isWatched: (conversationId) => audience.isWatched(conversationId),
    queued: (conversationId, position) => audience.tell(conversationId, "agent:queued", { position }),
    viewers: (conversationId, viewers) =>
      tellAgentsHere(io, conversationId, "viewers:changed", { conversationId, viewers }),
    lost: (conversationId, agent) => handoff.lost(conversationId, agent),
    abandoned: (conversationId) => handoff.abandoned(conversationId),
    isOver: async (conversationId) => (await conversations.read(conversationId)) === null,
    goneMs: config.desk.goneSeconds * 1_000,
    lifeMs: config.context.lifeSeconds * 1_000,
    onFault,
  });
  const rescue = new Rescue({ handoff: () => handoff, onFault });
  const own = [
    audience,
    places,
    absences,
    responding,
    inbox,
    rescue,
    book,
    meter,
    troubles,
    new TurnLog({ log, prices: config.prices, hash }),
    ...(tracing ? [tracing.listener(hash)] : []),
  ];
  const told = openWebhooks(
    config,
    {
      queue: webhooks,
      isShared: cluster !== null,
      conversations,
      newId,
      report: webhookReport(log, troubles),
      onFault,
    },
    stack,
  );
  const listener = tellAll([...own, ...(cluster?.listeners ?? []), ...told]);
  const shedding = new Seldom(tellShedMs, clock.elapsed);
  const tellShed = shedLog(log);
  const shed = (name: CustomerClass) => {
    meter.shed(name);
    troubles.note("shed", name);
    const customers = shedding.note();
    if (customers !== null) tellShed(customers);
  };
  const refused = (what: Refused) => () => {
    meter.refused(what);
    troubles.note("flood", what);
  };
  const admission = openAdmission(config, line, cluster, shed, onFault);
  const services = serviceTable(config);
  const helm = new Helm({
    health,
    line,
    clock,
    settings: tierSettings(config),
    services,
    models: config.models,
    standing: () => admission,
    paused: (model, ms) => {
      meter.paused(model);
      pauseLog(log)(model, ms);
    },
    cap: () => budget.cap,
    held: () => steward.tier,
    moved: tierLog(log),
    onFault,
  });
  const steward = new Steward({
    ...{ clock, line, nodeId, onFault },
    guestsPausedMs: () => admission.pausedMs("guest"),
    tierOrdered: () => helm.insist(),
    drained: (isDrained) => withdrawal.set(isDrained),
  });
  const isDraining = () => closing || steward.isDrained;
  const relay = new RelayGauge({
    relay: upstream,
    clock,
    settings: config.admission.signal,
    expectedMs: (model) => helm.expectedMs(model),
    quiet: (model, failure) => helm.quiet(model, failure),
    late: (model) => troubles.late(model),
  });
  const shop = stack.use(openShop(config.shopAccess, clock.now));
  const toolbox = await openToolbox(config, shop, toolReports(log, troubles), stack);
  // Local to this node.
  const lookUps = openBucket(lookUpRate);
  const writing = { ...deskSettings(config), turns, relay, toolbox, clock, listener };
  const assistant = new Assistant({
    ...writing,
    conversations,
    service: (name) => helm.serviceOf(name),
    newId,
    admission,
    responding,
    stands: (conversationId, { at, position }) => places.stands(conversationId, at, position),
    settled: (ref) => {
      audience.silence(ref);
      return audience.settled(ref);
    },
    mayLookUp: () => lookUps.tryRemoveTokens(1),
    ...(cluster && {
      work: cluster.work,
      stopElsewhere: (turn) => cluster.stopElsewhere(turn),
      revive: (conversationId, isFree) => cluster.revive(conversationId, isFree),
      waits: (conversationId) => cluster.waits(conversationId),
      hush: (turn, whom) => cluster.hush(turn, whom),
      mirrored: (turnId) => cluster.mirrored(turnId),
    }),
    onFault,
  });
  const handoff = new Handoff({
    responders,
    conversations,
    assistant,
    listener,
    list: (row) => inbox.list(row),
    noted: (conversationId, note) => tellAgents(io, conversationId, "note:added", { conversationId, note }),
    available: () => inbox.available(),
    clock,
    newId,
  });
  toolbox.bring("people", [personTool(handoff)]);
  await cluster?.join({ assistant, admission, places, responding, inbox }, audience, stack);
  // Until agents can connect there is nobody to tell.
  let tellTeam: (tier: Tier) => void = () => {};
  await admission.open({
    granted: (conversationId) => assistant.begin(conversationId),
    round: (round) => {
      places.round(round);
      meter.round(round);
    },
    tier: (tier) => {
      audience.announce("tier:changed", { tier });
      tellTeam(tier);
    },
    lookAfter: (conversationIds) => cluster?.lookAfterAll(conversationIds),
  });
  stack.defer(() => admission.close());
  const leaving = new AbortController();
  const shown = {
    live: (turnId: string) => assistant.live(turnId) ?? cluster?.mirrored(turnId),
    show: (conversation: Conversation) => cluster?.show(conversation),
    seated: (conversation: Conversation) => cluster?.seated(conversation),
    tellElsewhere: (conversationId, fact, payload) => cluster && tellElsewhere(io, conversationId, fact, payload),
  } satisfies Partial<CustomerWorld>;
  const transport: ChatApiOptions = {
    leaving: leaving.signal,
    identity: new Identity({ ...config, secrets }),
    origins: new Origins({ allowed: config.allowedOrigins, demonstration: config.demonstration }),
    trustedProxies: config.trustedProxies,
    connections: new Rates(connectionRate(config), clock, refused("connections")),
    world: {
      ...shown,
      conversations,
      turns,
      assistant,
      audience,
      places,
      admission,
      handoff,
      inbox,
      responding,
      listener,
      clock,
      questions: new Rates(questionRate(config), clock, refused("questions")),
      wishes: new Rates(questionRate(config), clock, refused("questions")),
      simulated: config.relayAccess.kind === "simulator",
      ready: () => cluster?.ready(),
      draining: isDraining,
    },
  };
  const http = await openHttp({
    pagesPath,
    unready: () => (isDraining() ? "draining" : cluster?.fenced ? "fenced" : null),
    notes: () => [
      ...(cluster?.away ? ["redis-away"] : []),
      ...(budget.cap === "high" ? [] : ["budget-spent"]),
      ...(admission.tier === "high" || helm.reason === "budget" ? [] : [`tier-${admission.tier}`]),
      ...(shedding.isRecent ? ["customers-shed"] : []),
    ],
    mostConnections: mostConnections(openFilesLimit()),
    dropped: refused("connections"),
    onFault,
  });
  openChatApi(http, transport);
  const arrivals = new Rates(arrivalRate(config), clock, refused("connections"));
  const addresses = new Addresses(config.trustedProxies, config.limits.connectionsPerAddress, arrivals);
  addresses.watch(http.server);
  const sockets = { ...transport, ...socketLimits(config), refused: refused("commands"), onFault };
  const io: SocketServer = openSockets(http.server, {
    ...sockets,
    addresses,
    adapter: cluster?.adapter,
    ...(cluster && { muted: () => cluster.fenced }),
  });
  tellTeam = (tier) => tellAllAgentsHere(io, "tier:changed", { tier });
  openAgentSockets(io, {
    ...sockets,
    ready: () => cluster?.ready(),
    present: (present) => inbox.present(present),
    world: {
      ...shown,
      ...{ conversations, responders, turns, assistant, audience, places, admission, handoff, inbox, clock, newId },
      shop,
      drafts: new Drafts({
        ...writing,
        service: ({ customer }) => helm.serviceOf(customer?.class ?? "guest"),
        tier: () => admission.tier,
        newId,
      }),
      tellAgents: (conversationId, fact, payload) => tellAgents(io, conversationId, fact, payload),
    },
  });
  meter.open({
    tier: () => ({ tier: admission.tier, reason: helm.reason }),
    openAnswers: () => assistant.liveCount,
    sockets: () => countSockets(io),
    redis: () => cluster && { away: cluster.away, failures: cluster.outages },
    budget: () =>
      budget.dailyMicros === null ? null : { spentMicros: budget.spentMicros, dailyMicros: budget.dailyMicros },
  });
  const withdrawal = new Withdrawal({
    admission,
    release: () => releaseSockets(io, assistant.busy, pause),
    pause,
    onFault,
  });
  stack.defer(() => withdrawal.close());
  const overview = await openOverview(
    {
      ...{ board, nodeId, admission, assistant, budget, cluster, helm, meter, steward, troubles, isDraining, onFault },
      currency: config.prices.currency,
      sockets: () => countSockets(io),
      port: () => (http.server.address() as AddressInfo | null)?.port ?? config.port, // CAST: it listens at a port
      report: operatorLog(log),
    },
    stack,
  );
  openOperatorSockets(io, { ...sockets, overview });
  helm.open(relay);
  stack.defer(() => helm.close());
  const door = { token: config.metricsToken, read: () => meter.read(), contentType: meter.contentType };
  openMetrics(http, door, config.demonstration);
  if (config.metricsPort !== null) stack.use(await openMetricsPort(door, config.host, config.metricsPort));
  await inbox.open();
  stack.defer(() => inbox.close());
  const url = await http.listen({ host: config.host, port: config.port, backlog: 4_096 });
  stack.defer(() => http.close());
  stack.defer(() => io.close());

  const running = stack.move();
  const close = once(async () => {
    closing = true;
    if (cluster) admission.leave();
    const deadline = AbortSignal.timeout(config.drainMs);
    let busy = true;
    const drained = drain(assistant, admission, cluster, deadline).finally(() => {
      busy = false;
    });
    while (busy) {
      await releaseSockets(io, assistant.busy, pause);
      await Promise.race([drained, pause(releaseMs)]);
    }
    leaving.abort();
    await releaseSockets(io, new Set(), pause, true);
    await running.disposeAsync();
  });
  return { url, close, [Symbol.asyncDispose]: close };
}

/** What happens to tools is logged, and a server of them that is away is shown to operators. */
function toolReports(log: Logger, troubles: Troubles): ToolReports {
  const write = mcpLog(log);
  const report = (event: ToolServerEvent) => {
    if (event.kind === "away") troubles.note("tools-away", event.server);
    write(event);
  };
  return { failed: toolLog(log), report };
}

/** What happens to webhooks is logged, and what goes wrong there is shown to operators. */
function webhookReport(log: Logger, troubles: Troubles): (event: WebhookReport) => void {
  const write = webhookLog(log);
  return (event) => {
    if (event.kind !== "delivered") troubles.note("webhook-failed", URL.parse(event.url)?.host);
    write(event);
  };
}

function openAdmission(
  config: Config,
  line: Line,
  cluster: Cluster | null,
  shed: (name: CustomerClass) => void,
  onFault: (fault: unknown, where: string) => void,
): Admission {
  const { openAnswers, line: settings } = config.admission;
  return new Admission({
    line,
    clock: systemClock,
    random: Math.random,
    nodeId: () => cluster?.nodeId ?? "this",
    isOpen: () => cluster?.fenced !== true,
    shed,
    mostOpen: openAnswers,
    acceptBelow: lineSettings(config).acceptBelow,
    comeBackMs: settings.comeBackSeconds * 1_000,
    onFault,
  });
}

/** Finishes what is being answered; what takes too long is handed to the other nodes, or ended where there are none (N3). */
async function drain(
  assistant: Assistant,
  admission: Admission,
  cluster: Cluster | null,
  deadline: AbortSignal,
): Promise<void> {
  if (cluster === null) return assistant.drain(deadline);
  let flushed: Promise<void> | undefined;
  const drained = assistant.drain(deadline, "lost");
  // After the assistant's own listener: by then nothing is written any more.
  deadline.addEventListener("abort", () => {
    flushed = cluster.flush();
  });
  await drained;
  await flushed;
  await admission.flush();
  await cluster.leave();
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= run();
    return result;
  };
}
