import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Daemon } from "./daemon.ts";

/** Lines of a configuration file: name and value. */
export type RedisSettings = Readonly<Record<string, string | number>>;

export interface RedisProcessOptions {
  /** The server's program. */
  readonly program: string;
  readonly port: number;
  readonly settings: RedisSettings;
  readonly args?: readonly string[];
}

const host = "127.0.0.1";
const retryMs = 20;
const retries = 750;

/** A Redis server as a process of its own, with a folder of its own. */
export class RedisProcess implements AsyncDisposable {
  readonly port: number;
  readonly #options: RedisProcessOptions;
  readonly #folder: string;
  #daemon: Daemon | null = null;
  #client: Redis | null = null;

  private constructor(options: RedisProcessOptions, folder: string) {
    this.port = options.port;
    this.#options = options;
    this.#folder = folder;
  }

  /** A server that answers. */
  static async open(options: RedisProcessOptions): Promise<RedisProcess> {
    const folder = await mkdtemp(join(tmpdir(), "tidegate-redis-"));
    const server = new RedisProcess(options, folder);
    await server.#configure();
    try {
      await server.start();
      return server;
    } catch (fault) {
      await server[Symbol.asyncDispose]();
      throw fault;
    }
  }

  get url(): string {
    return `redis://${host}:${this.port}`;
  }

  /** Of the process that runs now; null while none does. */
  get pid(): number | null {
    return this.#daemon?.child.pid ?? null;
  }

  /** The setting by which nodes reach it. */
  get env(): Readonly<Record<"REDIS_URL", string>> {
    return { REDIS_URL: this.url };
  }

  /** `host:port`, as lists of nodes have it. */
  get address(): string {
    return `${host}:${this.port}`;
  }

  /** Starts it (again) with the same port, folder and configuration; resolves once it answers. */
  async start(): Promise<void> {
    const { program, args = [] } = this.#options;
    const daemon = new Daemon(program, program, [join(this.#folder, "redis.conf"), ...args]);
    this.#daemon = daemon;
    this.#client = openClient(this.port);
    await daemon.whileAlive(this.#client.ping());
  }

  /** Ends it as a power cut would (SIGKILL); resolves once it is gone. */
  async kill(): Promise<void> {
    this.#client?.disconnect();
    await this.#daemon?.[Symbol.asyncDispose]();
  }

  /** Lets it hang (SIGSTOP): connections stay, even new ones are taken, and nothing answers until {@link cont}. */
  stop(): void {
    this.#daemon?.child.kill("SIGSTOP");
  }

  cont(): void {
    this.#daemon?.child.kill("SIGCONT");
  }

  /** The reply to any command. Waits while it hangs. @throws while it is killed */
  async command(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    if (this.#client === null) throw new Error("Redis was not started");
    return this.#client.call(name, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #configure(): Promise<void> {
    const lines = Object.entries({ port: this.port, bind: host, dir: this.#folder, ...this.#options.settings });
    await writeFile(
      join(this.#folder, "redis.conf"),
      lines.map(([name, value]) => `${name} ${value === "" ? '""' : value}\n`).join(""),
    );
  }
}

/** Keeps trying for a while, so that its first command is answered by a server that is still starting. */
function openClient(port: number): Redis {
  const retryStrategy = (times: number) => (times < retries ? retryMs : null);
  const client = new Redis({ host, port, retryStrategy, maxRetriesPerRequest: null });
  // Each command tells its own failure.
  client.on("error", () => {});
  return client;
}
