import { freePort } from "./ports.ts";
import { ensureRedis } from "./redis.ts";
import { RedisProcess } from "./redis-process.ts";
import { until } from "./until.ts";

export interface Sentinels extends AsyncDisposable {
  readonly servers: readonly RedisProcess[];
  /** The settings by which nodes reach the master. */
  readonly env: Readonly<Record<"REDIS_NODES" | "REDIS_SENTINEL", string>>;
  /** The port of the master as the first Sentinel sees it. */
  masterPort(): Promise<number>;
}

const name = "tidegate";

/** Sentinels that know each other, `master` and all its replicas. They take it for down after a second. */
export async function openSentinels(master: RedisProcess, count = 3): Promise<Sentinels> {
  await using stack = new AsyncDisposableStack();
  const quorum = Math.floor(count / 2) + 1;
  const first = stack.use(await openSentinel(master, quorum));
  const servers = [first];
  while (servers.length < count) servers.push(stack.use(await openSentinel(master, quorum)));
  const replication = String(await master.command("INFO", "replication"));
  const replicas = Number(/connected_slaves:(\d+)/.exec(replication)?.[1]);
  await Promise.all(servers.map((sentinel) => acquainted(sentinel, replicas, count - 1)));
  const running = stack.move();
  return {
    servers,
    env: { REDIS_NODES: servers.map(({ address }) => address).join(","), REDIS_SENTINEL: name },
    async masterPort() {
      // CAST: the reply is host and port.
      const [, port] = (await first.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)) as string[];
      return Number(port);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** @param quorum so many must agree that the master is down */
async function openSentinel(master: RedisProcess, quorum: number): Promise<RedisProcess> {
  return RedisProcess.open({
    program: ensureRedis(),
    port: await freePort(),
    args: ["--sentinel"],
    settings: {
      [`sentinel monitor ${name}`]: `127.0.0.1 ${master.port} ${quorum}`,
      [`sentinel down-after-milliseconds ${name}`]: 1_000,
      [`sentinel failover-timeout ${name}`]: 3_000,
    },
  });
}

async function acquainted(sentinel: RedisProcess, replicas: number, others: number): Promise<void> {
  await until("a Sentinel knows the others and the replicas", async () => {
    // CAST: the reply is a list in which values follow their names.
    const facts = (await sentinel.command("SENTINEL", "MASTER", name)) as string[];
    const read = (fact: string) => Number(facts[facts.indexOf(fact) + 1]);
    return read("num-slaves") === replicas && read("num-other-sentinels") === others;
  });
}
