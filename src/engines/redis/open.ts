import { RedisAnswerLog } from "./answer-log.ts";
import { Attendance } from "./attendance.ts";
import { openClient, type RedisPlace } from "./client.ts";
import { RedisConversations } from "./conversations.ts";
import { RedisDesk } from "./desk.ts";
import { Keys } from "./keys.ts";
import { RedisLedger } from "./ledger.ts";
import { Link } from "./link.ts";
import { RedisNodes } from "./nodes.ts";
import { Place } from "./place.ts";
import { RedisResponders } from "./responders.ts";
import { RedisRestorer } from "./restorer.ts";
import { shareRooms } from "./rooms.ts";
import { defineSteps } from "./scripts.ts";
import { agreeOnSecret, awaitServer } from "./server.ts";
import { RedisTurns } from "./turns.ts";
import { RedisWebhooks } from "./webhooks.ts";

export interface RedisOptions {
  readonly where: RedisPlace;
  readonly prefix: string;
  readonly lifeMs: number;
  readonly maxMessages: number;
  /** Cost records that are kept, see {@link RedisLedger}. */
  readonly maxRecords?: number;
  readonly newId: () => string;
  /** This node's present id. */
  readonly nodeId: () => string;
  /** What a client says of its connection. */
  readonly onError: (error: Error) => void;
  /** Told of messages between nodes that cannot be read. */
  readonly onFault?: (fault: unknown, where: string) => void;
}

/** How long a node that starts waits for Redis. */
const patienceMs = 15_000;

/** Everything of one node that Redis is needed for. Closing it closes the connections. */
export type RedisEngines = Awaited<ReturnType<typeof openRedis>>;

/** @throws with one sentence when Redis cannot be reached or is too old */
export async function openRedis({ where, prefix, ...options }: RedisOptions) {
  const { lifeMs, maxMessages, maxRecords, newId, nodeId, onError, onFault } = options;
  await using stack = new AsyncDisposableStack();
  const open = (purpose: "store" | "publisher" | "subscriber") => {
    const client = stack.adopt(openClient(where, purpose), (opened) => opened.disconnect());
    // Without a listener the library would print each one itself.
    client.on("error", onError);
    return client;
  };
  const store = open("store");
  defineSteps(store);
  await awaitServer(store, patienceMs);
  const publisher = open("publisher");
  const subscriber = open("subscriber");
  const roomSubscriber = open("subscriber");

  const keys = new Keys(prefix);
  const link = new Link(store);
  const attendance = new Attendance(nodeId);
  const place = new Place({ link, keys, attendance, nodeId, lifeMs, maxMessages });
  const closing = stack.move();
  return {
    keys,
    link,
    attendance,
    publisher,
    subscriber,
    conversations: new RedisConversations({ place, newId }),
    turns: new RedisTurns({ place, newId }),
    responders: new RedisResponders(place),
    desk: new RedisDesk(link, keys),
    webhooks: new RedisWebhooks(link, keys),
    ledger: new RedisLedger(link, keys, maxRecords),
    log: new RedisAnswerLog(place),
    nodes: new RedisNodes(link, keys),
    restorer: new RedisRestorer({ place, newId }),
    adapter: shareRooms(publisher, roomSubscriber, keys, (fault) => onFault?.(fault, "rooms")),
    agreeOnSecret: (own: string) => agreeOnSecret(store, keys, own),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
