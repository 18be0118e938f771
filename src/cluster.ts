import type { Config, RedisConfig } from "./config.ts";
import { TidegateError, wireError } from "./contract/errors.ts";
import type { Admission } from "./domain/admission.ts";
import type { Answer } from "./domain/answer.ts";
import type { WorkList } from "./domain/asking.ts";
import type { Assistant } from "./domain/assistant.ts";
import type { Audience } from "./domain/audience.ts";
import { Caretaker } from "./domain/caretaker.ts";
import { type Clock, sleep } from "./domain/clock.ts";
import type { Conversation } from "./domain/conversations.ts";
import { Herald } from "./domain/herald.ts";
import { Hushes } from "./domain/hushes.ts";
import type { Inbox } from "./domain/inbox.ts";
import { afterHearing, turnAskedIn } from "./domain/known.ts";
import type { LineSettings, StartRate } from "./domain/line.ts";
import { LogKeeper } from "./domain/log-keeper.ts";
import { type ClusterEvent, Member } from "./domain/member.ts";
import { Membership } from "./domain/membership.ts";
import { Mirrors } from "./domain/mirrors.ts";
import { Outage } from "./domain/outage.ts";
import { conversationOf, type PeerMessage } from "./domain/peers.ts";
import type { Places } from "./domain/places.ts";
import type { Responding } from "./domain/responding.ts";
import { type Restored, Standby } from "./domain/standby.ts";
import { StandbyConversations } from "./domain/standby-conversations.ts";
import { StandbyHealth } from "./domain/standby-health.ts";
import { StandbyLine } from "./domain/standby-line.ts";
import { StandbyResponders } from "./domain/standby-responders.ts";
import { StandbyTurns } from "./domain/standby-turns.ts";
import type { Revival } from "./domain/starting.ts";
import type { Listener } from "./domain/steps.ts";
import type { Turn, TurnRef } from "./domain/turns.ts";
import { MemoryCustody } from "./engines/memory/custody.ts";
import { MemoryHealth } from "./engines/memory/health.ts";
import { MemoryLine } from "./engines/memory/line.ts";
import { MemoryWorld } from "./engines/memory/world.ts";
import { RedisBoard } from "./engines/redis/board.ts";
import { RedisHealth } from "./engines/redis/health.ts";
import { RedisLine } from "./engines/redis/line.ts";
import { openRedis, type RedisEngines } from "./engines/redis/open.ts";
import { RedisPeers } from "./engines/redis/peers.ts";

export interface ClusterOptions {
  readonly lineSettings: LineSettings;
  readonly redis: RedisConfig;
  readonly config: Config;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly maxMessages: number;
  readonly paceMs: () => number;
  readonly report: (event: ClusterEvent) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

const patrolMs = 1_000;
const checkMs = 5_000;
/** A customer's command waits so long for a node that makes sure of its answers after a sleep. */
const fencePatienceMs = 3_000;
/** Of this node's even share, so that nodes which do not know of each other stay below the rate (A12). */
const safeShare = 0.8;
/** How long a stop is waited for, and how often the store is asked about it. */
const stopWaitMs = 2_000;
const stopLookMs = 100;

/** Who sees to it on this node that questions are answered. */
export interface Answerers {
  readonly assistant: Assistant;
  readonly admission: Admission;
  readonly places: Places;
  readonly responding: Responding;
  /** Makes sure that the team's desk says of a conversation what was read. */
  readonly inbox: Pick<Inbox, "opened">;
}

/** Who takes part once the node has joined. */
interface Crew {
  readonly assistant: Assistant;
  readonly places: Places;
  readonly responding: Responding;
  readonly inbox: Pick<Inbox, "opened">;
  readonly audience: Audience;
  readonly mirrors: Mirrors;
  readonly caretaker: Caretaker;
  readonly member: Member;
}

/**
 * One node's part in a service of many: the engines over Redis, what tells the other nodes and hears them, and the life
 * of this node among them. What other nodes share of a conversation is decided in the domain; here it is put together.
 */
export class Cluster implements AsyncDisposable {
  readonly conversations: StandbyConversations;
  readonly turns: StandbyTurns;
  readonly responders: StandbyResponders;
  readonly desk: RedisEngines["desk"];
  readonly webhooks: RedisEngines["webhooks"];
  readonly ledger: RedisEngines["ledger"];
  readonly work: WorkList;
  readonly line: StandbyLine;
  readonly health: StandbyHealth;
  readonly board: RedisBoard;
  /** Tells the other nodes, keeps the log, and shows no answer of another node any more that was ended here. */
  readonly listeners: readonly Listener[];
  readonly #options: ClusterOptions;
  readonly #redis: RedisEngines;
  readonly #membership: Membership;
  readonly #standby: Standby;
  readonly #herald: Herald;
  readonly #logKeeper: LogKeeper;
  readonly #peers: RedisPeers;
  readonly #hushes: Hushes;
  #crew: Crew | null = null;
  #mendedOutages = 0;

  /** @throws with one sentence when Redis cannot be reached or is too old */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const { redis: where, config, newId, maxMessages, report } = options;
    let cluster: Cluster | null = null;
    const redis = await openRedis({
      where,
      prefix: config.redisPrefix,
      lifeMs: lifeMsOf(config),
      maxMessages,
      maxRecords: config.cost.keepRecords,
      newId,
      nodeId: () => cluster?.nodeId ?? "",
      onError: (error) => report({ kind: "connection", error }),
      onFault: options.onFault,
    });
    cluster = new Cluster(options, redis);
    return cluster;
  }

  private constructor(options: ClusterOptions, redis: RedisEngines) {
    this.#options = options;
    this.#redis = redis;
    const { clock, newId, paceMs, onFault } = options;
    const { nodes, conversations, attendance: watchers } = redis;
    const membership = new Membership({ nodes, clock, newId });
    this.#membership = membership;
    this.#standby = this.#openStandby();
    this.conversations = new StandbyConversations(this.#standby, conversations, newId);
    this.turns = new StandbyTurns(this.#standby, newId);
    this.responders = new StandbyResponders(this.#standby, redis.responders);
    this.desk = redis.desk;
    this.webhooks = redis.webhooks;
    this.ledger = redis.ledger;
    this.#peers = this.#openPeers();
    this.#hushes = new Hushes({ peers: this.#peers, clock, newId });
    const muted = () => membership.fenced;
    const unstored = (conversationId: string) => this.#standby.keeps(conversationId);
    this.#herald = new Herald({ peers: this.#peers, watchers, clock, paceMs, muted, unstored });
    this.#logKeeper = new LogKeeper({ log: redis.log, clock, onFault });
    const mirrors: Listener = { step: (step) => this.#crew?.mirrors.step(step), text: () => {} };
    this.listeners = [this.#herald, this.#logKeeper, mirrors];
    this.line = this.#openLine();
    this.health = new StandbyHealth({
      store: new RedisHealth({ link: redis.link, keys: redis.keys }),
      openLocal: (course) => new MemoryHealth(clock, course),
    });
    this.board = new RedisBoard({ link: redis.link, keys: redis.keys });
    const forgive = unlessOutage(onFault);
    this.work = {
      take: (conversationId) => nodes.take(membership.nodeId, conversationId).catch(forgive),
      drop: (conversationId) => nodes.drop(membership.nodeId, conversationId).catch(forgive),
    };
  }

  get nodeId(): string {
    return this.#membership.nodeId;
  }

  /** Redis cannot be reached at the moment. */
  get away(): boolean {
    return this.#membership.away;
  }

  /** How many commands have failed for want of Redis so far. */
  get outages(): number {
    return this.#redis.link.outages;
  }

  /** True while this node may have been replaced without knowing it: it must not say what it writes (N1). */
  get fenced(): boolean {
    return this.#membership.fenced;
  }

  /**
   * Waits while this node is fenced; undefined when it is not.
   *
   * @throws `unavailable` when that takes too long
   */
  ready(): Promise<void> | undefined {
    return this.#membership.unfenced(fencePatienceMs)?.then((isFree) => {
      if (!isFree) throw new TidegateError("unavailable", undefined, { retryAfterMs: 1_000 });
    });
  }

  get adapter(): RedisEngines["adapter"] {
    return this.#redis.adapter;
  }

  /** The secret that nodes without one of their own agree on. */
  agreeOnSecret(own: string): Promise<string> {
    return this.#redis.agreeOnSecret(own);
  }

  /** An answer that another node writes, as far as it is known here. */
  mirrored(turnId: string): Answer | undefined {
    return this.#crew?.mirrors.live(turnId);
  }

  /** Shows here what another node writes in a conversation (S7), and ends since then that were missed. */
  show(conversation: Conversation, since?: number): void {
    const { running, logged } = conversation;
    this.#crew?.responding.note(conversation);
    this.#crew?.inbox.opened(conversation);
    this.#crew?.mirrors.read(conversation, since);
    if (running && running.owner !== this.nodeId) this.#crew?.mirrors.follow(running, logged);
  }

  /** Somebody on this node looks at the conversation from now on, and was given it as it is. */
  seated(conversation: Conversation): void {
    this.#crew?.mirrors.seated(conversation);
  }

  /** Nobody on this node looks at the conversation any more. */
  emptied(conversationId: string): void {
    this.#crew?.mirrors.releaseAll(conversationId);
    this.conversations.leave(conversationId).catch(unlessOutage(this.#options.onFault));
  }

  /** For how long nobody on another node has looked at the conversation; null while somebody does. */
  awayElsewhereMs(conversationId: string): Promise<number | null> {
    return this.#redis.conversations.awayElsewhereMs(conversationId);
  }

  /** The running answer of a conversation is taken up here if nobody writes it any more. */
  revive(conversationId: string, isFree: boolean): Promise<Revival> {
    return this.#crew?.caretaker.revive(conversationId, isFree) ?? Promise.resolve("nothing");
  }

  /** A question waits in that conversation, as far as is known here. */
  waits(conversationId: string): boolean {
    return (this.#standby.known.get(conversationId)?.waiting ?? null) !== null;
  }

  /** What has become of a turn whose place in line was lost sight of is shown to those who look. */
  lookAfter(conversationId: string): void {
    if (this.#crew === null) return;
    const { assistant, audience, places, member } = this.#crew;
    if (!audience.isWatched(conversationId)) return places.forget(conversationId);
    const looked = member.retell(conversationId, 0).then(async () => {
      if (!this.waits(conversationId)) return places.forget(conversationId);
      const standing = await this.line.find(conversationId);
      if (standing) places.stands(conversationId, standing.at, standing.position);
      // It waits, and stands nowhere: the line has lost it.
      else assistant.serve(conversationId, undefined, []);
    });
    looked.catch(unlessOutage(this.#options.onFault));
  }

  /** See {@link Caretaker.lookAfter}. */
  lookAfterAll(conversationIds: readonly string[]): void {
    void this.#crew?.caretaker.lookAfter(conversationIds);
  }

  /** Sees to it that the node which writes a turn stops it. */
  async stopElsewhere({ owner, conversationId, turnId }: Turn): Promise<void> {
    if (owner === undefined || owner === this.nodeId) return;
    const { clock } = this.#options;
    const ref = { conversationId, turnId };
    this.#peers.send(owner, { kind: "stop", ref });
    for (let waitedMs = 0; waitedMs < stopWaitMs; waitedMs += stopLookMs) {
      await sleep(clock, stopLookMs, new AbortController().signal);
      if ((await this.turns.read(ref))?.state === "ended") return;
    }
  }

  /** Silences an answer at its writer, or where somebody looks, because a person answers from now on (H1). */
  async hush(turn: TurnRef & Pick<Partial<Turn>, "owner">, whom: "writer" | "watchers"): Promise<void> {
    const { owner = "", conversationId, turnId } = turn;
    const nodes = whom === "writer" ? [owner] : this.#redis.attendance.of(conversationId);
    const others = nodes.filter((nodeId) => ![this.nodeId, ""].includes(nodeId) && this.#membership.mayLive(nodeId));
    await this.#hushes.ask({ conversationId, turnId }, others);
  }

  /** From here on this node is one of the others' and takes part in everything, until the stack is closed. */
  async join(answerers: Answerers, audience: Audience, stack: AsyncDisposableStack): Promise<void> {
    const { assistant, places, responding, inbox } = answerers;
    const mirrors = this.#openMirrors(assistant, audience);
    const caretaker = this.#openCaretaker(answerers, mirrors);
    const member = this.#openMember(assistant, audience, caretaker);
    stack.defer(() => caretaker.close());
    this.#crew = { assistant, audience, places, responding, inbox, mirrors, caretaker, member };
    await this.#peers.listen(this.nodeId);
    this.#redis.subscriber.on("close", () => member.missed()).on("ready", () => member.mend());
    await this.#membership.open(member);
    const patrol = setInterval(() => this.#patrol(mirrors, member), patrolMs).unref();
    const check = setInterval(() => this.#peers.check(), checkMs).unref();
    stack.defer(() => {
      clearInterval(patrol);
      clearInterval(check);
    });
  }

  /** All text so far is kept where the others find it. */
  flush(): Promise<void> {
    return this.#logKeeper.flush();
  }

  /** What this node still answers is the others' from now on. */
  leave(): Promise<void> {
    return this.#membership.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    await this.#redis[Symbol.asyncDispose]();
  }

  /** What one failed command left behind is mended too, though the heart never missed a beat. */
  #patrol(mirrors: Mirrors, member: Member): void {
    mirrors.patrol();
    const { link } = this.#redis;
    if (link.away || link.outages === this.#mendedOutages) return;
    this.#mendedOutages = link.outages;
    // It may have been carried out although it failed: those who look here have not been told.
    member.missed();
    member.mend();
  }

  /** The line of all nodes; and this node's own, at its safe share of the starts, while the store is away (A12). */
  #openLine(): StandbyLine {
    const { lineSettings: settings, clock } = this.#options;
    const { link, keys } = this.#redis;
    return new StandbyLine({
      store: new RedisLine({ link, keys, settings, clock }),
      clock,
      openLocal: (tier) =>
        new MemoryLine({ settings: shareOf(settings, this.#membership.count), clock, tier, isEmpty: true }),
    });
  }

  #openStandby(): Standby {
    const { clock, newId, maxMessages, config } = this.#options;
    const { conversations, turns, restorer } = this.#redis;
    const lifeMs = lifeMsOf(config);
    return new Standby({
      store: { conversations, turns, restore: (kept) => restorer.restore(kept) },
      custody: new MemoryCustody(new MemoryWorld({ clock, newId, lifeMs, maxMessages })),
      clock,
      lifeMs,
      fenced: () => this.fenced,
      isWritten: (turnId) => this.#crew?.assistant.live(turnId) !== undefined,
      restored: (conversationId, what) => this.#restored(conversationId, what),
      onFault: this.#options.onFault,
    });
  }

  #openPeers(): RedisPeers {
    const { publisher, subscriber, keys, attendance } = this.#redis;
    const { clock, onFault } = this.#options;
    return new RedisPeers({
      publisher,
      subscriber,
      keys,
      nodeId: () => this.nodeId,
      hear: (from, message) => this.#hear(from, message),
      deaf: (nodeId, conversationId) => attendance.remove(conversationId, nodeId),
      clock,
      onFault,
    });
  }

  #openMirrors(assistant: Assistant, audience: Audience): Mirrors {
    const { clock, onFault } = this.#options;
    return new Mirrors({
      peers: this.#peers,
      turns: this.turns,
      audience,
      clock,
      written: (turnId) => assistant.live(turnId),
      overruled: (turnId) => void assistant.lose(turnId),
      // An answer that is this node's by the store's word, and that it does not write, is nobody's.
      mayLive: (nodeId) => nodeId !== this.nodeId && this.#membership.mayLive(nodeId),
      ownerless: async ({ conversationId }) => assistant.serve(conversationId, undefined, []),
      unwanted: (conversationId) => this.emptied(conversationId),
      onFault,
    });
  }

  #openCaretaker({ assistant, admission }: Answerers, mirrors: Mirrors): Caretaker {
    return new Caretaker({
      nodes: this.#redis.nodes,
      conversations: this.conversations,
      assistant,
      admission,
      clock: this.#options.clock,
      nodeId: () => this.nodeId,
      mayLive: (nodeId) => this.#membership.mayLive(nodeId),
      adopted: (turnId) => mirrors.release(turnId),
      onFault: this.#options.onFault,
    });
  }

  #openMember(assistant: Assistant, audience: Audience, caretaker: Caretaker): Member {
    const { clock, report, onFault } = this.#options;
    return new Member({
      membership: this.#membership,
      nodes: this.#redis.nodes,
      conversations: this.conversations,
      standby: this.#standby,
      assistant,
      audience,
      logKeeper: this.#logKeeper,
      caretaker,
      clock,
      listen: (nodeId) => this.#peers.listen(nodeId),
      show: (conversation, since) => this.show(conversation, since),
      report,
      onFault,
    });
  }

  /** The other nodes have missed what this one kept of a conversation, and some of it may be void. */
  #restored(conversationId: string, { lost, merged, waits }: Restored): void {
    if (this.#crew === null) return;
    const { assistant, audience, member } = this.#crew;
    // Under its own epoch it can only have been ended, by another node or a moment ago by this one.
    for (const { turnId, epoch } of lost) void assistant.lose(turnId, epoch);
    for (const turnId of merged) {
      const error = wireError("unavailable");
      audience.tell(conversationId, "turn:ended", { turnId, epoch: 0, outcome: "failed", error });
    }
    if (waits) assistant.serve(conversationId);
    for (const nodeId of this.#redis.attendance.of(conversationId)) {
      this.#peers.send(nodeId, { kind: "restored", conversationId, since: member.since });
    }
  }

  #hear(from: string, message: PeerMessage): void {
    if (this.#crew === null) return;
    const change = afterHearing(from, message);
    if (change) this.#standby.heard(conversationOf(message), change, turnAskedIn(message));
    const { assistant, audience, places, responding, mirrors, member } = this.#crew;
    const forgive = unlessOutage(this.#options.onFault);
    switch (message.kind) {
      case "wanted":
        return this.#herald.wanted(from, message);
      case "unwanted":
        return this.#redis.attendance.remove(message.conversationId, from);
      case "restored":
        if (!audience.isWatched(message.conversationId)) return;
        return void member.retell(message.conversationId, message.since).catch(forgive);
      case "added":
        if (!audience.isWatched(message.conversationId)) return mirrors.hear(from, message);
        return void member.added(message.conversationId, message.message).catch(forgive);
      case "queued":
        if (!audience.isWatched(message.ref.conversationId)) return;
        return places.step({ kind: "turn-queued", ref: message.ref, place: message.place });
      case "started":
      case "slice":
      case "text":
        places.gone(message.ref);
        return mirrors.hear(from, message);
      case "ended":
        places.ended(message.end.ref);
        return mirrors.hear(from, message);
      case "responder": {
        const { conversationId, responder, at } = message;
        for (const listener of [responding, audience])
          listener.step({ kind: "responder-changed", conversationId, responder, at });
        return;
      }
      case "hush":
        audience.silence(message.ref);
        return void assistant
          .interruptHere(message.ref)
          .then(() => audience.settled(message.ref))
          .then(() => this.#peers.send(from, { ...message, kind: "hushed" }))
          .catch(forgive);
      case "hushed":
        return this.#hushes.heard(from, message.asked);
      case "stop":
        return void assistant.stop(message.ref).catch(forgive);
      default:
        return mirrors.hear(from, message);
    }
  }
}

const lifeMsOf = ({ context }: Config) => context.lifeSeconds * 1_000;

/** What one of so many nodes may begin while nobody can count for all of them. */
function shareOf(settings: LineSettings, nodes: number): LineSettings {
  const { high, medium, degraded } = settings.tiers;
  const share = ({ perSecond }: StartRate): StartRate => {
    const own = (safeShare * perSecond) / nodes;
    return { perSecond: own, burst: Math.max(1, Math.ceil(own)) };
  };
  const { rampPerSecond: ramp } = settings;
  const rampPerSecond = ramp === null ? null : (safeShare * ramp) / nodes;
  const few = (count: number) => Math.ceil(count / nodes);
  const { vip, member, guest } = settings.acceptBelow;
  const acceptBelow = { vip: few(vip), member: few(member), guest: few(guest) };
  return {
    ...settings,
    acceptBelow,
    rampPerSecond,
    tiers: { high: share(high), medium: share(medium), degraded: share(degraded) },
  };
}

function unlessOutage(onFault: ClusterOptions["onFault"]): (fault: unknown) => void {
  return (fault) => {
    if (!(fault instanceof Outage)) onFault(fault, "cluster");
  };
}
