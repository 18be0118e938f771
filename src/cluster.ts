import type { Config, RedisConfig } from "./config.ts";
import type { Assistant, WorkList } from "./domain/assistant.ts";
import type { Audience } from "./domain/audience.ts";
import { Caretaker } from "./domain/caretaker.ts";
import { type Clock, sleep } from "./domain/clock.ts";
import type { Conversation } from "./domain/conversations.ts";
import { Herald } from "./domain/herald.ts";
import { LogKeeper } from "./domain/log-keeper.ts";
import { type ClusterEvent, Member } from "./domain/member.ts";
import { Membership } from "./domain/membership.ts";
import { Mirrors } from "./domain/mirrors.ts";
import { Outage } from "./domain/outage.ts";
import type { PeerMessage } from "./domain/peers.ts";
import { Standby } from "./domain/standby.ts";
import { StandbyConversations } from "./domain/standby-conversations.ts";
import { StandbyTurns } from "./domain/standby-turns.ts";
import type { Listener } from "./domain/steps.ts";
import type { Turn } from "./domain/turns.ts";
import { MemoryCustody } from "./engines/memory/custody.ts";
import { MemoryWorld } from "./engines/memory/world.ts";
import { openRedis, type RedisEngines } from "./engines/redis/open.ts";
import { RedisPeers } from "./engines/redis/peers.ts";
import { newConversationId } from "./engines/redis/place.ts";

export interface ClusterOptions {
  readonly redis: RedisConfig;
  readonly config: Config;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly random: () => number;
  readonly maxMessages: number;
  readonly paceMs: () => number;
  readonly report: (event: ClusterEvent) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

const patrolMs = 1_000;
const checkMs = 5_000;
/** How long a stop is waited for, and how often the store is asked about it. */
const stopWaitMs = 2_000;
const stopLookMs = 100;

/**
 * One node's part in a service of many: the engines over Redis, what tells the other nodes and hears them, and the life
 * of this node among them. What other nodes share of a conversation is decided in the domain; here it is put together.
 */
export class Cluster implements AsyncDisposable {
  readonly conversations: StandbyConversations;
  readonly turns: StandbyTurns;
  readonly work: WorkList;
  /** Tells the other nodes, and keeps the log. */
  readonly listeners: readonly Listener[];
  readonly #options: ClusterOptions;
  readonly #redis: RedisEngines;
  readonly #membership: Membership;
  readonly #standby: Standby;
  readonly #herald: Herald;
  readonly #logKeeper: LogKeeper;
  readonly #peers: RedisPeers;
  #hear: (from: string, message: PeerMessage) => void = () => {};
  #assistant: Assistant | null = null;
  #audience: Audience | null = null;
  #mirrors: Mirrors | null = null;
  #member: Member | null = null;

  static async open(options: ClusterOptions): Promise<Cluster> {
    const { redis: where, config, newId, maxMessages, report } = options;
    const lifeMs = config.context.lifeSeconds * 1_000;
    let cluster: Cluster | null = null;
    const redis = await openRedis({
      where,
      prefix: config.redisPrefix,
      lifeMs,
      maxMessages,
      newId,
      nodeId: () => cluster?.nodeId ?? "",
      onError: (error) => report({ kind: "connection", error }),
    });
    cluster = new Cluster(options, redis, lifeMs);
    return cluster;
  }

  private constructor(options: ClusterOptions, redis: RedisEngines, lifeMs: number) {
    this.#options = options;
    this.#redis = redis;
    const { clock, newId, maxMessages, onFault, paceMs } = options;
    const { nodes, conversations, turns, restorer, attendance, publisher, subscriber, keys } = redis;
    const membership = new Membership({ nodes, clock, newId });
    this.#membership = membership;
    const world = new MemoryWorld({ clock, newId, newConversationId, lifeMs, maxMessages });
    const standby = new Standby({
      store: { conversations, turns, restore: (kept) => restorer.restore(kept) },
      custody: new MemoryCustody(world),
      clock,
      lifeMs,
      fenced: () => membership.fenced,
      isWritten: (turnId) => this.#assistant?.live(turnId) !== undefined,
      restored: (conversationId) => this.#restored(conversationId),
      lost: (turnIds) => this.#assistant?.lose(turnIds),
    });
    this.#standby = standby;
    this.conversations = new StandbyConversations(standby, conversations, newId);
    this.turns = new StandbyTurns(standby, newId);
    const hear = (from: string, message: PeerMessage) => this.#hear(from, message);
    const nodeId = () => membership.nodeId;
    const deaf = (node: string, conversationId: string) => attendance.remove(conversationId, node);
    this.#peers = new RedisPeers({ publisher, subscriber, keys, nodeId, hear, deaf, clock, onFault });
    const muted = () => membership.fenced;
    this.#herald = new Herald({ peers: this.#peers, watchers: attendance, clock, paceMs, muted });
    this.#logKeeper = new LogKeeper({ log: redis.log, clock, onFault });
    this.listeners = [this.#herald, this.#logKeeper];
    this.work = {
      take: (conversationId) => nodes.take(membership.nodeId, conversationId).catch(unlessOutage(onFault)),
      drop: (conversationId) => nodes.drop(membership.nodeId, conversationId).catch(unlessOutage(onFault)),
    };
  }

  get nodeId(): string {
    return this.#membership.nodeId;
  }

  /** Redis cannot be reached at the moment. */
  get away(): boolean {
    return this.#membership.away;
  }

  /** True while this node may have been replaced without knowing it: it must not say what it writes (N1). */
  get fenced(): boolean {
    return this.#membership.fenced;
  }

  get adapter(): RedisEngines["adapter"] {
    return this.#redis.adapter;
  }

  /** The secret that nodes without one of their own agree on. */
  agreeOnSecret(own: string): Promise<string> {
    return this.#redis.agreeOnSecret(own);
  }

  /** An answer that another node writes, as far as it is known here. */
  mirrored(turnId: string): ReturnType<Mirrors["live"]> {
    return this.#mirrors?.live(turnId);
  }

  /** Shows here what another node writes in a conversation (S7). */
  show({ running, logged }: Conversation): void {
    if (running && running.owner !== this.nodeId) this.#mirrors?.follow(running, logged);
  }

  /** Somebody on this node looks at the conversation from now on. */
  seated(conversationId: string): void {
    this.#mirrors?.seated(conversationId);
  }

  /** Nobody on this node looks at the conversation any more. */
  emptied(conversationId: string): void {
    this.#mirrors?.releaseAll(conversationId);
    this.conversations.leave(conversationId).catch(unlessOutage(this.#options.onFault));
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

  /** From here on this node is one of the others' and takes part in everything. Closing the stack takes it out again. */
  async join(assistant: Assistant, audience: Audience, stack: AsyncDisposableStack): Promise<void> {
    const { clock, random, onFault } = this.#options;
    const { conversations, turns } = this;
    const { nodes } = this.#redis;
    const unwanted = (conversationId: string) => this.emptied(conversationId);
    const written = (turnId: string) => assistant.live(turnId);
    const overruled = (turnId: string) => assistant.lose([turnId]);
    const peers = this.#peers;
    const mirrors = new Mirrors({ peers, turns, audience, clock, written, overruled, unwanted, onFault });
    this.#mirrors = mirrors;
    this.#assistant = assistant;
    this.#audience = audience;
    this.#hear = (from, message) => this.#heard(from, message, assistant, mirrors);
    const adopting = (turnId: string) => mirrors.release(turnId);
    const caretaker = new Caretaker({ nodes, conversations, turns, assistant, adopting, random, onFault });
    const member = new Member({
      membership: this.#membership,
      nodes,
      conversations,
      standby: this.#standby,
      assistant,
      audience,
      logKeeper: this.#logKeeper,
      caretaker,
      clock,
      listen: (nodeId) => this.#peers.listen(nodeId),
      show: (conversation) => this.show(conversation),
      report: this.#options.report,
      onFault,
    });
    this.#member = member;
    await this.#peers.listen(this.nodeId);
    this.#redis.subscriber.on("close", () => member.missed()).on("ready", () => member.mend());
    await this.#membership.open(member);
    const patrol = setInterval(() => mirrors.patrol(), patrolMs).unref();
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

  /** The other nodes have missed what this one kept of a conversation. */
  #restored(conversationId: string): void {
    const since = this.#member?.since ?? 0;
    for (const nodeId of this.#redis.attendance.of(conversationId)) {
      this.#peers.send(nodeId, { kind: "restored", conversationId, since });
    }
  }

  async #retell({ conversationId, since }: Extract<PeerMessage, { kind: "restored" }>): Promise<void> {
    if (this.#audience?.isWatched(conversationId)) await this.#member?.retell(conversationId, since);
  }

  #heard(from: string, message: PeerMessage, assistant: Assistant, mirrors: Mirrors): void {
    const { onFault } = this.#options;
    switch (message.kind) {
      case "wanted":
        return this.#herald.wanted(from, message);
      case "unwanted":
        return this.#redis.attendance.remove(message.conversationId, from);
      case "restored":
        return void this.#retell(message).catch(unlessOutage(onFault));
      case "stop":
        return void assistant.stop(message.ref).catch(unlessOutage(onFault));
      default:
        return mirrors.hear(from, message);
    }
  }
}

function unlessOutage(onFault: ClusterOptions["onFault"]): (fault: unknown) => void {
  return (fault) => {
    if (!(fault instanceof Outage)) onFault(fault, "cluster");
  };
}
