import { Cluster, Redis, type RedisOptions } from "ioredis";
import { sayTogether, sayTogetherToAll } from "./gathering.ts";
import { openSentinelClient } from "./sentinel-client.ts";

/** Where Redis is: one server, a Redis Cluster's nodes, or Sentinels that know the master by a name. */
export type RedisPlace =
  | { readonly kind: "one"; readonly url: string }
  | { readonly kind: "cluster"; readonly nodes: readonly string[] }
  | { readonly kind: "sentinel"; readonly sentinels: readonly string[]; readonly master: string };

/** One connection, or one for each master of a Redis Cluster. */
export type Store = Redis | Cluster;

/** Redis answers in a millisecond; who waits longer has a customer waiting. */
const patienceMs = 1_000;
/** A stalled connection is noticed by commands that time out; one that cannot be made is given up after so long. */
const connectMs = 2_000;

const retryMs = (attempt: number) => Math.min(50 * attempt, 500);

/**
 * For what the service stores. A command fails at once while there is no connection, after a second when Redis is silent,
 * and is never sent again by the library: all steps may be repeated, but only by whoever still wants them.
 */
const storeOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  commandTimeout: patienceMs,
  connectTimeout: connectMs,
  // With commands outstanding: the other end may be gone without a word, and a fresh connection finds its successor.
  socketTimeout: 3_000,
  retryStrategy: retryMs,
  // After a failover the old master refuses writes: a fresh connection finds the new one.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
} satisfies RedisOptions;

/** For what passes by: nobody waits for it, and what cannot leave soon is not worth sending. */
const publisherOptions = { ...storeOptions, commandTimeout: 300 } satisfies RedisOptions;

/** For listening: subscriptions are kept and made again after every reconnect. */
const subscriberOptions = {
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  autoResubscribe: true,
  connectTimeout: connectMs,
  retryStrategy: retryMs,
} satisfies RedisOptions;

/** For programs that read much at once and serve nobody meanwhile. */
const readerOptions = { ...storeOptions, commandTimeout: 30_000, socketTimeout: 60_000 } satisfies RedisOptions;

const options = {
  reader: readerOptions,
  store: storeOptions,
  publisher: publisherOptions,
  subscriber: subscriberOptions,
};

/** A client for one purpose. It connects by itself, again and again, until it is closed. */
export function openClient(place: RedisPlace, purpose: keyof typeof options): Store {
  const own = options[purpose];
  if (place.kind !== "cluster") {
    const client = place.kind === "one" ? new Redis(place.url, own) : openSentinelClient(sentinelOptions(place, own));
    sayTogether(client);
    return client;
  }
  const cluster = new Cluster(place.nodes.map(addressOf), {
    enableOfflineQueue: own.enableOfflineQueue,
    shardedSubscribers: true,
    slotsRefreshTimeout: connectMs,
    clusterRetryStrategy: retryMs,
    redisOptions: { ...own, ...credentialsOf(place.nodes) },
  });
  sayTogetherToAll(cluster);
  return cluster;
}

function sentinelOptions({ sentinels, master }: Extract<RedisPlace, { kind: "sentinel" }>, own: RedisOptions) {
  return {
    ...own,
    ...credentialsOf(sentinels),
    sentinels: sentinels.map(addressOf),
    name: master,
    failoverDetector: true,
    sentinelRetryStrategy: retryMs,
    // One that hangs is passed over.
    sentinelCommandTimeout: patienceMs,
  };
}

function parse(node: string): URL {
  return new URL(node.includes("://") ? node : `redis://${node}`);
}

function addressOf(node: string): { host: string; port: number } {
  const { hostname, port } = parse(node);
  return { host: hostname, port: Number(port || 6379) };
}

/** All nodes of one Redis have the same credentials: those of the first address. */
function credentialsOf([first = ""]: readonly string[]) {
  const { username, password, protocol } = parse(first);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" && { tls: {} }),
  };
}
