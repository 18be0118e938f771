import { freePort } from "./ports.ts";
import { caughtUp, openRedis } from "./redis.ts";
import type { RedisProcess } from "./redis-process.ts";
import { until } from "./until.ts";

export interface RedisCluster extends AsyncDisposable {
  /** The masters, then the replicas: the first replica is the first master's. */
  readonly servers: readonly RedisProcess[];
  /** The settings by which nodes reach it. */
  readonly env: Readonly<Record<"REDIS_NODES", string>>;
}

interface Member {
  readonly server: RedisProcess;
  /** Where the members speak to each other. */
  readonly busPort: number;
}

const slots = 16_384;

/** A Redis Cluster that all its members find complete. They take one for down after two seconds. */
export async function openRedisCluster(masters = 3, replicasEach = 0): Promise<RedisCluster> {
  await using stack = new AsyncDisposableStack();
  const members: Member[] = [];
  for (let i = 0; i < masters * (1 + replicasEach); i++) members.push(await openMember(stack));
  const servers = members.map(({ server }) => server);
  await introduce(members);
  await distribute(servers.slice(0, masters));
  await complete(servers);
  await Promise.all(servers.slice(masters).map((replica, i) => follow(replica, servers[i % masters])));
  const running = stack.move();
  return {
    servers,
    env: { REDIS_NODES: servers.map(({ address }) => address).join(",") },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function openMember(stack: AsyncDisposableStack): Promise<Member> {
  const busPort = await freePort();
  const settings = { "cluster-enabled": "yes", "cluster-node-timeout": 2_000, "cluster-port": busPort };
  return { server: stack.use(await openRedis({ settings })), busPort };
}

/** Every member hears of every other, directly rather than by rumour, which takes seconds. */
async function introduce(members: readonly Member[]): Promise<void> {
  for (const [i, { server }] of members.entries()) {
    // Equal epochs would be settled one after the other, and slots be unowned meanwhile.
    await server.command("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
  }
  for (const { server } of members) {
    for (const other of members) {
      if (other.server !== server)
        await server.command("CLUSTER", "MEET", "127.0.0.1", other.server.port, other.busPort);
    }
  }
}

async function distribute(masters: readonly RedisProcess[]): Promise<void> {
  const first = (i: number) => Math.floor((slots * i) / masters.length);
  for (const [i, master] of masters.entries()) {
    await master.command("CLUSTER", "ADDSLOTSRANGE", first(i), first(i + 1) - 1);
  }
}

async function complete(servers: readonly RedisProcess[]): Promise<void> {
  for (const server of servers) {
    await until("a member finds the cluster complete", async () => {
      const info = String(await server.command("CLUSTER", "INFO"));
      return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${servers.length}\r`);
    });
  }
}

async function follow(replica: RedisProcess, master: RedisProcess | undefined): Promise<void> {
  const id = String(await master?.command("CLUSTER", "MYID"));
  await until("a replica knows its master", async () => (await replica.command("CLUSTER", "REPLICATE", id)) === "OK");
  await caughtUp(replica);
}
