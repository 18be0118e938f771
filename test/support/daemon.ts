import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";

export interface DaemonOptions {
  readonly cwd?: string;
  /** The whole environment; without it, this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether messages can be exchanged with it (`process.send`). */
  readonly channel?: boolean;
}

/** How a process ended: with a code, or by a signal. */
export type Exit = number | NodeJS.Signals;

/** So many last lines are kept for whoever must explain a failure. */
const keptLines = 100;

/** Lets the system kill a program when the process that started it is gone, however it went. Linux has it. */
const leash = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : [];

/** A program in a process of its own, which ends with this one at the latest. */
export class Daemon implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  readonly #name: string;
  readonly #lines: string[] = [];
  readonly #readers: ((line: string) => void)[] = [];

  constructor(name: string, program: string, args: readonly string[], { channel, ...options }: DaemonOptions = {}) {
    this.#name = name;
    const [first = program, ...rest] = [...leash, program, ...args];
    // A group of its own, so that Ctrl-C reaches only the process which knows the order of closing.
    const stdio = channel ? (["ignore", "pipe", "pipe", "ipc"] as const) : (["ignore", "pipe", "pipe"] as const);
    this.child = spawn(first, rest, { ...options, detached: true, stdio: [...stdio] });
    this.exited = this.#end();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.#read(line));
    }
  }

  /** Its last lines, as an error message shows them. */
  get tail(): string {
    return this.#lines.join("\n");
  }

  /**
   * What `work` gives.
   *
   * @throws with the last lines when the process ends before
   */
  whileAlive<T>(work: Promise<T>): Promise<T> {
    const ended = this.exited.then((exit) => {
      throw new Error(`${this.#name} ended (${exit}):\n${this.tail}`);
    });
    return Promise.race([work, ended]);
  }

  /** The first group of `pattern` in a line, or else all that it matched, once there is such a line. */
  says(pattern: RegExp): Promise<string> {
    const found = new Promise<string>((resolve) => {
      const look = (line: string) => {
        const match = pattern.exec(line);
        if (match) resolve(match[1] ?? match[0]);
      };
      this.#lines.forEach(look);
      this.#readers.push(look);
    });
    return this.whileAlive(found);
  }

  #read(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
    for (const look of this.#readers) look(line);
  }

  #end(): Promise<Exit> {
    return new Promise((resolve) => {
      // `close` comes after the last line, `exit` may come before it.
      this.child.once("close", (code, signal) => resolve(signal ?? code ?? 1));
      this.child.once("error", (fault) => {
        this.#read(String(fault));
        resolve(127);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }
}
