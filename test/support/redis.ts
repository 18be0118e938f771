import { spawnSync } from "node:child_process";
import { ensureProgram, findProgram, placesOf } from "./debian.ts";
import { freePort } from "./ports.ts";
import { RedisProcess, type RedisSettings } from "./redis-process.ts";
import { until } from "./until.ts";

export interface RedisOptions {
  /** Keeps an append-only file that is written out every second, so that {@link RedisProcess.start} finds what was there. */
  readonly appendonly?: boolean;
  /** Other lines of the configuration, such as `maxmemory`. */
  readonly settings?: RedisSettings;
}

const leastVersion = 7;

/** The Redis (or Valkey) of this machine; installed from Debian's package where that is possible, else the process says why and ends. */
export function ensureRedis(): string {
  return ensureProgram({
    title: `Redis ${leastVersion} or newer (or Valkey)`,
    find: findRedis,
    packages: ["redis-server"],
    remedy: "Install it, or set REDIS_SERVER_PATH to its program.",
  });
}

function findRedis(): string | null {
  const places = [process.env["REDIS_SERVER_PATH"], ...placesOf("redis-server"), ...placesOf("valkey-server")];
  return findProgram(places, isRecent);
}

function isRecent(program: string): boolean {
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return Number(/\bv=(\d+)/.exec(stdout)?.[1]) >= leastVersion;
}

/** A Redis server of its own on a free port of 127.0.0.1. */
export async function openRedis({ appendonly = false, settings = {} }: RedisOptions = {}): Promise<RedisProcess> {
  return RedisProcess.open({
    program: ensureRedis(),
    port: await freePort(),
    settings: {
      save: "",
      appendonly: appendonly ? "yes" : "no",
      appendfsync: "everysec",
      // A first replica would wait five seconds for others that may join it.
      "repl-diskless-sync-delay": 0,
      ...settings,
    },
  });
}

/** A replica that has caught up with `master`. */
export async function openReplica(master: RedisProcess, options: RedisOptions = {}): Promise<RedisProcess> {
  const settings = { ...options.settings, replicaof: `127.0.0.1 ${master.port}` };
  await using stack = new AsyncDisposableStack();
  const replica = stack.use(await openRedis({ ...options, settings }));
  await caughtUp(replica);
  stack.move();
  return replica;
}

/** Resolves once `replica` has all that its master has. */
export async function caughtUp(replica: RedisProcess): Promise<void> {
  await until("a replica has caught up", async () =>
    String(await replica.command("INFO", "replication")).includes("master_link_status:up"),
  );
}
