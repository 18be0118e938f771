import { setTimeout as pause } from "node:timers/promises";
import { Redis, type RedisOptions, SentinelConnector } from "ioredis";

/** Whatever else may be wrong is not asked about again and again without a breath. */
const pauseMs = 50;

/**
 * A client of the master that Sentinels know. It looks for the master again and again until it is closed. The library by itself
 * gives up for good when it is asked to connect anew while it is just asking Sentinels, and it is: they announce a failover at
 * the very time at which everybody who lost the old master asks them for the new one.
 */
export function openSentinelClient(options: Omit<RedisOptions, "replyMapping">): Redis {
  let isClosed = false;

  class Connector extends SentinelConnector {
    override async connect(
      ...given: Parameters<SentinelConnector["connect"]>
    ): ReturnType<SentinelConnector["connect"]> {
      while (true) {
        try {
          return await super.connect(...given);
        } catch (fault) {
          if (!isClosed) await pause(pauseMs);
          if (isClosed) throw fault;
        }
      }
    }
  }

  class Client extends Redis {
    override disconnect(reconnect = false): void {
      isClosed ||= !reconnect;
      super.disconnect(reconnect);
    }
  }

  // CAST: the library passes a connector the client's own options.
  return new Client({ ...options, Connector: Connector as NonNullable<RedisOptions["Connector"]> });
}
