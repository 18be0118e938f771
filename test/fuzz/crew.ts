import type { Findings } from "./findings.ts";
import type { Input } from "./inputs.ts";
import { type Gossip, Player } from "./player.ts";
import { tables } from "./tables.ts";
import type { Target } from "./target.ts";
import { sendFrames, sendRequest } from "./wires.ts";

/** Of one namespace of one node. */
const customers = 12;
const others = 8;
/** Connections of raw frames, and of requests, at the same time. */
const wires = 128;

/** Everybody who attacks: sockets of every namespace of every node, and hands that write bytes. */
export class Crew implements AsyncDisposable {
  readonly #target: Target;
  readonly #findings: Findings;
  readonly #players: ReadonlyMap<string, readonly Player[]>;

  constructor(target: Target, findings: Findings) {
    this.#target = target;
    this.#findings = findings;
    const gossip: Gossip = { conversation: "nowhere", turn: "none" };
    const playersOf = (table: (typeof tables)[number]) =>
      target.urls.flatMap((url) =>
        Array.from(
          { length: table.role === "customer" ? customers : others },
          () => new Player(url, table, findings, gossip),
        ),
      );
    this.#players = new Map(tables.map((table) => [table.namespace, playersOf(table)]));
  }

  /** Does all of them, and resolves when each has had its answer. */
  async play(inputs: readonly Input[]): Promise<void> {
    const commands = inputs.filter((input) => input.kind === "command");
    const rest = inputs.filter((input) => input.kind !== "command");
    await Promise.all([
      ...[...this.#players].map(([namespace, players]) =>
        share(
          commands.filter((command) => command.namespace === namespace),
          players,
          (command, player) => this.#try(command, player.play(command)),
        ),
      ),
      share(rest, [...Array(wires).keys()], (input, at) => this.#try(input, this.#write(input, at))),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#players.values()].flat().map((player) => player[Symbol.asyncDispose]()));
  }

  /** Where not even the beginning is allowed, that is a finding too. */
  async #try(input: Input, doing: Promise<void>): Promise<void> {
    await doing.catch((fault: unknown) => this.#findings.note(String(fault), input));
  }

  async #write(input: Exclude<Input, { kind: "command" }>, at: number): Promise<void> {
    const { urls, secret } = this.#target;
    const url = urls[at % urls.length] ?? "";
    const players = this.#players.get("/") ?? [];
    const player = players[at % players.length];
    if (player === undefined) return;
    const { known, own } = player.present;
    const wrong =
      input.kind === "frames"
        ? await sendFrames(url, input, known, own)
        : await sendRequest(url, input, { known, own, secret });
    this.#findings.note(wrong, input);
  }
}

/** Each of `hands` takes one after the other until none is left. */
async function share<Task, Hand>(
  tasks: readonly Task[],
  hands: readonly Hand[],
  work: (task: Task, hand: Hand) => Promise<void>,
): Promise<void> {
  const left = tasks.values();
  await Promise.all(
    hands.map(async (hand) => {
      for (const task of left) await work(task, hand);
    }),
  );
}
