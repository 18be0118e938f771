import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { tokenOf } from "../support/agent.ts";
import { Crew } from "./crew.ts";
import { type Finding, Findings } from "./findings.ts";
import { Honest } from "./honest.ts";
import { type Input, input, sizeOf } from "./inputs.ts";
import { openTarget, type Target } from "./target.ts";

export interface FuzzOptions {
  /** How much is done to the server; a little more, for what is begun is finished. */
  readonly count: number;
  readonly seed: number;
  /** The Redis engine and two nodes, instead of the memory engine and one. */
  readonly redis: boolean;
  /** What the nodes may use more of memory afterwards, and how long they may take to come down to that. */
  readonly growth: { readonly bytes: number; readonly withinMs: number };
  /** Told now and then how far it is. */
  readonly progress?: (summary: Summary) => void;
}

/** What was done, and what came of it. */
export interface Summary {
  readonly inputs: number;
  readonly kinds: Readonly<Record<Input["kind"], number>>;
  /** Right answers to customers who asked all the while. */
  readonly answers: number;
  readonly seconds: number;
  /** Of all nodes: after the first batches, and at the end. */
  readonly bytes: { readonly before: number; readonly after: number };
  readonly findings: readonly Finding[];
}

const batchSize = 1_000;
const honestCustomers = 3;
/** Batches until everything that is made once is made. */
const warmUp = 5;
/** Batches between two looks into the nodes. */
const lookEvery = 10;
const config = "test/fuzz/node.json";

/** Attacks a server of its own. The same seed does the same, batch by batch: batch `n` is the first one of `seed + n`. */
export async function fuzz(options: FuzzOptions): Promise<Summary> {
  const run = new Run(options);
  const fault = (what: string) => run.findings.note(what);
  await using target = await openTarget({ redis: options.redis, config, logLevel: "debug", fault });
  await run.attack(target);
  await run.comeDown(target);
  return run.summary;
}

class Run {
  readonly findings = new Findings();
  readonly #options: FuzzOptions;
  readonly #startedAt = performance.now();
  readonly #kinds = { command: 0, frames: 0, request: 0 };
  #inputs = 0;
  #answers = 0;
  #bytes = { before: 0, after: 0 };

  constructor(options: FuzzOptions) {
    this.#options = options;
  }

  get summary(): Summary {
    return {
      inputs: this.#inputs,
      kinds: { ...this.#kinds },
      answers: this.#answers,
      seconds: (performance.now() - this.#startedAt) / 1_000,
      bytes: this.#bytes,
      findings: this.findings.all,
    };
  }

  async attack(target: Target): Promise<void> {
    await using stack = new AsyncDisposableStack();
    for (let at = 0; at < honestCustomers; at++) stack.use(await this.#honest(target, at));
    const crew = stack.use(new Crew(target, this.findings));
    const { count, seed } = this.#options;
    for (let batch = 0; this.#inputs < count && !this.findings.isFull; batch++) {
      this.findings.seed = seed + batch;
      const numRuns = Math.min(batchSize, count - this.#inputs);
      await this.#play(crew, fc.sample(input, { seed: this.findings.seed, numRuns }));
      if (batch === 0 || batch % lookEvery === warmUp) await this.#look(target, batch <= warmUp);
    }
  }

  /** Everybody has left: memory comes back to its level. */
  async comeDown(target: Target): Promise<void> {
    const { bytes, withinMs } = this.#options.growth;
    const deadline = performance.now() + withinMs;
    await this.#look(target, false);
    while (this.#bytes.after > this.#bytes.before + bytes && performance.now() < deadline) {
      await pause(1_000);
      await this.#look(target, false);
    }
    const grown = this.#bytes.after - this.#bytes.before;
    if (grown > bytes) this.findings.note(`${Math.round(grown / 1_048_576)} MB of memory do not come back`);
  }

  async #play(crew: Crew, inputs: readonly Input[]): Promise<void> {
    await crew.play(inputs);
    for (const input of inputs) {
      this.#kinds[input.kind] += sizeOf(input);
      this.#inputs += sizeOf(input);
    }
  }

  async #look(target: Target, isBefore: boolean): Promise<void> {
    const bytes = await target.inspect(true);
    this.#bytes = { before: isBefore ? bytes : this.#bytes.before, after: bytes };
    this.#options.progress?.(this.summary);
  }

  /** Operators may keep guests out, and do: an honest customer is a member. */
  async #honest({ urls }: Target, at: number): Promise<Honest> {
    return Honest.open(`honest customer ${at}`, {
      url: urls[at % urls.length] ?? "",
      token: await tokenOf({ sub: `honest-${at}`, role: "customer", class: "member" }),
      pace: "first=1 delta=1 chars=10",
      pauseMs: 5,
      fault: (what) => this.findings.note(what),
      answered: () => {
        this.#answers++;
      },
    });
  }
}
