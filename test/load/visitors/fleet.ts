import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Phase } from "../schedule.ts";
import type { Asked } from "./asked.ts";
import type { FromWorker, Share, Tick, ToWorker } from "./messages.ts";
import { addTallies, openTally, type Tally } from "./tally.ts";

/** All worker processes of a run. */
export class Fleet implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly connectMs: number[] = [];
  readonly backMs: number[] = [];
  readonly tiers: Tick["tiers"][number][] = [];
  readonly lateMs: number[] = [];
  /** What was wrong, of each kind the first few. */
  readonly remarks: Tick["remarks"][number][] = [];
  /** The longest that any of them has kept a fact waiting while questions were asked. */
  deafMs = 0;
  /** Since the last look, for a display. */
  recent = { firstTextMs: [] as number[], lateMs: 0 };
  readonly #workers: Worker[];
  readonly #tallies: Tally[];

  constructor(shares: readonly Share[]) {
    this.#tallies = shares.map(openTally);
    this.#workers = shares.map((share) => new Worker(share, (tick) => this.#take(tick)));
  }

  get pids(): number[] {
    return this.#workers.map(({ pid }) => pid);
  }

  get tally(): Tally {
    return addTallies(this.#tallies);
  }

  /** Resolves once all sockets are open, or {@link halt} was called. */
  async open(): Promise<void> {
    await this.#all("opened", (worker) => worker.begin());
  }

  /** Resolves once all that was due has been asked, or {@link halt} was called. */
  async ask(atMs: number, phases: readonly Phase[]): Promise<void> {
    this.deafMs = 0;
    await this.#all("asked", (worker) => worker.tell({ kind: "ask", atMs, phases }));
  }

  halt(): void {
    for (const worker of this.#workers) worker.tell({ kind: "halt" });
  }

  /** Ends all of them; gives the questions that have no outcome. */
  async finish(): Promise<Asked[]> {
    const ends = await this.#all("finished", (worker) => worker.tell({ kind: "finish" }));
    return ends.flatMap(({ unsettled }) => unsettled);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  async #all<Kind extends FromWorker["kind"]>(kind: Kind, act: (worker: Worker) => void) {
    const awaited = this.#workers.map((worker) => worker.says(kind));
    this.#workers.forEach(act);
    return Promise.all(awaited);
  }

  #take(tick: Tick): void {
    this.#tallies[tick.worker] = tick.tally;
    // CAST: the same name on both sides; TypeScript does not tie the two together.
    for (const name of ["asked", "connectMs", "backMs", "lateMs", "remarks"] as const)
      for (const each of tick[name]) (this[name] as unknown[]).push(each);
    // Each worker has customers at all nodes; two would hear of one change at two moments.
    if (tick.worker === 0) this.tiers.push(...tick.tiers);
    this.deafMs = Math.max(this.deafMs, tick.deafMs);
    this.recent.firstTextMs.push(...tick.firstTextMs);
    for (const lateMs of tick.lateMs) this.recent.lateMs = Math.max(this.recent.lateMs, lateMs);
  }
}

class Worker {
  readonly #child: ChildProcess;
  readonly #share: Share;
  readonly #exited: Promise<void>;

  constructor(share: Share, onTick: (tick: Tick) => void) {
    this.#share = share;
    this.#child = fork(join(import.meta.dirname, "worker.ts"), { serialization: "advanced" });
    this.#exited = new Promise((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.on("message", (message: FromWorker) => message.kind === "tick" && onTick(message));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  begin(): void {
    this.tell({ kind: "open", share: this.#share });
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /** @throws when it ends before */
  says<Kind extends FromWorker["kind"]>(kind: Kind): Promise<Extract<FromWorker, { kind: Kind }>> {
    const said = new Promise<Extract<FromWorker, { kind: Kind }>>((resolve) => {
      const look = (message: FromWorker) => {
        if (message.kind !== kind) return;
        this.#child.off("message", look);
        resolve(message as Extract<FromWorker, { kind: Kind }>); // CAST: its kind was just compared
      };
      this.#child.on("message", look);
    });
    const ended = this.#exited.then(() => {
      throw new Error(`worker ${this.#share.worker} of the generator has ended`);
    });
    return Promise.race([said, ended]);
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
