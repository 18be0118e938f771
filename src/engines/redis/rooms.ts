import { createShardedAdapter } from "@socket.io/redis-adapter";
import type { Store } from "./client.ts";
import type { Keys } from "./keys.ts";

/** The part of the adapter that hears the channel, which its types hide. */
interface Receiver {
  onRawMessage(message: unknown, channel: unknown): void;
}

/**
 * Socket.IO's rooms, shared by all nodes: for what may be lost, such as who types. A node hears only of the rooms that
 * its own sockets are in. The publisher fails soon while Redis is away, the subscriber waits for it to come back. What
 * the adapter cannot read is told to `onFault`: by itself it would end the process.
 */
export function shareRooms(publisher: Store, subscriber: Store, keys: Keys, onFault: (fault: unknown) => void) {
  const open = createShardedAdapter(publisher, subscriber, { channelPrefix: keys.rooms, subscriptionMode: "dynamic" });
  // Socket.IO calls it with `new`, which arrow functions do not take.
  return function openAdapter(...given: Parameters<typeof open>): ReturnType<typeof open> {
    const adapter = open(...given);
    // CAST: see Receiver.
    const receiver = adapter as unknown as Receiver;
    const receive = receiver.onRawMessage.bind(adapter);
    receiver.onRawMessage = (message, channel) => {
      try {
        receive(message, channel);
      } catch (fault) {
        onFault(fault);
      }
    };
    return adapter;
  };
}
