import { createShardedAdapter } from "@socket.io/redis-adapter";
import type { Store } from "./client.ts";
import type { Keys } from "./keys.ts";

/**
 * Socket.IO's rooms, shared by all nodes: for what may be lost, such as who types. A node hears only of the rooms that
 * its own sockets are in. The publisher fails soon while Redis is away, the subscriber waits for it to come back.
 */
export function shareRooms(publisher: Store, subscriber: Store, keys: Keys) {
  return createShardedAdapter(publisher, subscriber, { channelPrefix: keys.rooms, subscriptionMode: "dynamic" });
}
