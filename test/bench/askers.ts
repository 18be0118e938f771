import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { openSpeaker, type Speaker, type Speech } from "./speech.ts";

export interface Crowd {
  readonly speech: Speech;
  /** Clients are spread over them in turn. */
  readonly urls: readonly string[];
  readonly clients: number;
  /** One for each client: customers whom the shop knows; without them they are guests. */
  readonly tokens?: readonly string[];
  /** So many connections are made at the same time. */
  readonly atOnce?: number;
}

export interface Round {
  readonly question: string;
  /** Each client asks so often, one after the other. */
  readonly answers: number;
  /** So long is each answer; another one is a fault. */
  readonly chars: number;
  /** The clients begin so far apart, so that not all pieces come at the same moment. */
  readonly spreadMs: number;
  /** Each reads what it was answered for so long before it asks again, give or take a half; not at all without it. */
  readonly restMs?: number;
}

export interface Answers {
  /** Milliseconds until the first text of each. */
  readonly firstMs: readonly number[];
  /** In so many pieces they came. */
  readonly deltas: number;
}

type Said = { readonly openedInMs: number } | Answers | { readonly fault: string };

/** Clients in a process of their own, so that what they cost is not counted. */
export class Askers implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** How long all of them took to connect. */
  openedInMs = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async open(crowd: Crowd): Promise<Askers> {
    const askers = new Askers(fork(import.meta.filename, { execArgv: ["--max-semi-space-size=64"] }));
    try {
      askers.#child.send(crowd);
      const said = await askers.#said();
      if ("openedInMs" in said) askers.openedInMs = said.openedInMs;
      return askers;
    } catch (fault) {
      await askers[Symbol.asyncDispose]();
      throw fault;
    }
  }

  async ask(round: Round): Promise<Answers> {
    this.#child.send(round);
    const said = await this.#said();
    if (!("firstMs" in said)) throw new Error("the clients have nothing to say");
    return said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  async #said(): Promise<Said> {
    const exited = once(this.#child, "exit").then(() => ({ fault: "the clients' process has ended" }));
    const said = await Promise.race([once(this.#child, "message").then(([message]) => message as Said), exited]);
    if ("fault" in said) throw new Error(said.fault);
    return said;
  }
}

async function askAll(speakers: readonly Speaker[], round: Round): Promise<Answers> {
  const firstMs: number[] = [];
  let deltas = 0;
  const one = async (speaker: Speaker, at: number) => {
    await new Promise((resolve) => setTimeout(resolve, (at * round.spreadMs) / speakers.length));
    for (let asked = 0; asked < round.answers; asked++) {
      const restMs = asked > 0 ? (round.restMs ?? 0) * (0.5 + Math.random()) : 0;
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      const heard = await speaker.ask(round.question);
      firstMs.push(heard.firstMs);
      deltas += heard.deltas;
      if (heard.chars !== round.chars) throw new Error(`${heard.chars} characters of ${round.chars}`);
    }
  };
  await Promise.all(speakers.map(one));
  return { firstMs, deltas };
}

async function openAll({ speech, urls, clients, tokens, atOnce = 20 }: Crowd): Promise<readonly Speaker[]> {
  const speakers: Speaker[] = [];
  let next = 0;
  const openSome = async () => {
    for (let at = next++; at < clients; at = next++)
      speakers.push(await openSpeaker[speech](urls[at % urls.length] ?? "", tokens?.[at]));
  };
  await Promise.all(Array.from({ length: atOnce }, openSome));
  return speakers;
}

function serveParent(): void {
  const say = (said: Said) => process.send?.(said);
  const guarded = (act: () => Promise<Said>) => act().then(say, (fault) => say({ fault: String(fault) }));
  process.once("message", async (crowd: Crowd) => {
    const from = performance.now();
    const opening = openAll(crowd);
    process.on("message", (round: Round) => guarded(async () => askAll(await opening, round)));
    await guarded(async () => {
      await opening;
      return { openedInMs: performance.now() - from };
    });
  });
}

if (process.send && process.argv[1] === import.meta.filename) serveParent();
