import { afterAll, beforeAll } from "vitest";
import { openRedis } from "../support/redis.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import { openStore, type TestStore } from "./redis.support.ts";

/** Gives the tests of a `describe` a store of their own, open while they run: on one Redis, or on a Cluster of three masters. */
export function storeOn(kind: "one" | "cluster"): Pick<TestStore, "store"> {
  const stack = new AsyncDisposableStack();
  let opened: TestStore;
  beforeAll(async () => {
    opened = stack.use(await (kind === "one" ? openOne() : openCluster()));
  });
  afterAll(() => stack.disposeAsync());

  const openOne = async () => openStore({ kind: "one", url: stack.use(await openRedis()).url });
  const openCluster = async () => {
    const { servers } = stack.use(await openRedisCluster(3));
    return openStore({ kind: "cluster", nodes: servers.map(({ address }) => address) });
  };
  return {
    get store() {
      return opened.store;
    },
  };
}
