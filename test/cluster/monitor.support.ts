import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";

/** A command as a client sent it: its name in small letters, and its arguments, in which what is not ASCII is garbled. */
export interface Command {
  readonly name: string;
  readonly args: readonly string[];
}

/** Such as `+1700000000.123456 [0 127.0.0.1:40000] "GET" "key"`, or `[0 lua]` for what a script does. */
const line = /^\+\d+\.\d+ \[\d+ (\S+)\] (.*)$/;
const quoted = /"((?:[^"\\]|\\.)*)"/g;

/**
 * Hears every command that clients send to a Redis; what scripts do inside it is not among them. Bare, because ioredis
 * stumbles when the first commands come together with the reply to its own.
 */
export class Monitor implements AsyncDisposable {
  readonly #redis: RedisProcess;
  readonly #socket: Socket;
  readonly #commands: Command[] = [];

  static async open(redis: RedisProcess): Promise<Monitor> {
    const socket = connect(redis.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("MONITOR\r\n");
    const monitor = new Monitor(redis, socket);
    await monitor.take();
    return monitor;
  }

  private constructor(redis: RedisProcess, socket: Socket) {
    this.#redis = redis;
    this.#socket = socket;
    createInterface({ input: socket }).on("line", (text) => this.#read(text));
  }

  /** What was sent since it was asked last. */
  async take(): Promise<readonly Command[]> {
    const mark = `mark-${Math.random()}`;
    const isMark = ({ args }: Command) => args[0] === mark;
    await until("the monitor has caught up", async () => {
      await this.#redis.command("ECHO", mark);
      return this.#commands.some(isMark);
    });
    return this.#commands.splice(0).filter(({ name }) => name !== "echo");
  }

  #read(text: string): void {
    const [, source, command = ""] = line.exec(text) ?? [];
    if (source === undefined || source === "lua") return;
    const [name = "", ...args] = [...command.matchAll(quoted)].map(([, part = ""]) => part.replace(/\\(.)/g, "$1"));
    this.#commands.push({ name: name.toLowerCase(), args });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}

/** How many commands Redis has carried out, those inside scripts too. */
export async function readCalls(redis: RedisProcess): Promise<number> {
  const stats = String(await redis.command("INFO", "commandstats"));
  return [...stats.matchAll(/:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}
