import { openClient, type RedisPlace } from "./client.ts";
import { Keys } from "./keys.ts";
import { RedisLedger } from "./ledger.ts";
import { Link } from "./link.ts";
import { awaitServer } from "./server.ts";

const patienceMs = 5_000;

/** The book of costs for a program that is no node. @throws with one sentence when Redis cannot be reached */
export async function openLedger(
  where: RedisPlace,
  prefix: string,
): Promise<{ ledger: RedisLedger } & AsyncDisposable> {
  const store = openClient(where, "reader");
  store.on("error", () => {});
  try {
    await awaitServer(store, patienceMs);
  } catch (fault) {
    store.disconnect();
    throw fault;
  }
  return {
    ledger: new RedisLedger(new Link(store), new Keys(prefix)),
    [Symbol.asyncDispose]: async () => store.disconnect(),
  };
}
