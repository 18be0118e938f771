import { expect } from "vitest";
import type { Message } from "../../src/contract/shapes.ts";
import { textOf } from "../../src/domain/answer-log.ts";
import type { EpochStart, Turn } from "../../src/domain/turns.ts";
import type { Store } from "../../src/engines/redis/client.ts";
import { parseLog, parseMessage, parseTurn } from "../../src/engines/redis/replies.ts";

/** What is stored of a conversation. */
interface Stored {
  readonly order: readonly string[];
  readonly messages: ReadonlyMap<string, Message>;
  readonly turns: ReadonlyMap<string, Turn>;
  readonly running: string;
  readonly waiting: string;
  readonly watchers: readonly string[];
  readonly logged: string;
}

const nothing: Stored = {
  order: [],
  messages: new Map(),
  turns: new Map(),
  running: "",
  waiting: "",
  watchers: [],
  logged: "",
};

/** The id of the answer that a node stores of a turn under an epoch. */
export function answerId({ turnId, epoch, owner }: Pick<Turn, "turnId" | "epoch" | "owner">): string {
  return `${turnId}-${epoch}-${owner}`;
}

/** What was written and what was acknowledged, and whether the store agrees. */
export class Ledger {
  readonly #store: Store;
  readonly #keys: readonly string[];
  #stored = nothing;
  #raw = "";
  readonly #asked: string[] = [];
  readonly #ended = new Map<string, string>();
  readonly #attending = new Set<string>();
  /** By turn and epoch: what was written under it, and how much of the whole is acknowledged to be logged. */
  readonly #written = new Map<string, string>();
  readonly #logged = new Map<string, number>();

  /** @param keys the conversation's six */
  constructor(store: Store, keys: readonly string[]) {
    this.#store = store;
    this.#keys = keys;
  }

  /** Acknowledged questions, oldest first. */
  asked(messageId: string): void {
    this.#asked.push(messageId);
  }

  ended(turn: Turn): void {
    this.#ended.set(turn.turnId, turn.answer?.messageId ?? "nothing");
  }

  attending(nodeId: string, isAttending: boolean): void {
    if (isAttending) this.#attending.add(nodeId);
    else this.#attending.delete(nodeId);
  }

  written(turn: Turn, own: string): void {
    this.#written.set(nameOf(turn), own);
  }

  logged(turn: Turn, chars: number): void {
    this.#logged.set(nameOf(turn), chars);
  }

  /** The text of a turn: each epoch cuts what there was to where it begins, and adds its own. */
  textOf({ turnId, starts }: Pick<Turn, "turnId" | "starts">): string {
    const add = (text: string, { epoch, offset }: EpochStart) =>
      text.slice(0, offset) + (this.#written.get(nameOf({ turnId, epoch })) ?? "");
    return starts.reduce(add, "");
  }

  /** Looks whether the store has changed, and compares it with what it was and with what was acknowledged. */
  async compare(): Promise<void> {
    const raw = await this.#read();
    const text = JSON.stringify(raw);
    if (text === this.#raw) return;
    this.#raw = text;
    const [before, now] = [this.#stored, parse(raw)];
    this.#stored = now;
    expectHistory(before, now);
    this.#expectOneAtATime(now);
    this.#expectAcknowledged(now);
    for (const turn of now.turns.values()) this.#expectAnswer(now, turn);
    const running = now.turns.get(now.running);
    if (running) this.#expectLog(now, running);
  }

  /** Every question has its answer. */
  expectFinished(questions: number): void {
    this.#expectAcknowledged(this.#stored);
    const { order, messages, turns, running, waiting } = this.#stored;
    expect({ running, waiting }).toEqual({ running: "", waiting: "" });
    expect(order.filter((id) => messages.get(id)?.author === "customer")).toEqual(this.#asked);
    expect(this.#asked).toHaveLength(questions);
    for (const { state } of turns.values()) expect(state).toBe("ended");
  }

  #expectOneAtATime({ turns, running, waiting }: Stored): void {
    const inState = (state: string) => [...turns.values()].filter((turn) => turn.state === state);
    expect(inState("starting").map(({ turnId }) => turnId)).toEqual(running === "" ? [] : [running]);
    expect(inState("queued").map(({ turnId }) => turnId)).toEqual(waiting === "" ? [] : [waiting]);
  }

  #expectAcknowledged({ order, turns, messages, watchers }: Stored): void {
    expect(order.filter((id) => this.#asked.includes(id))).toEqual(this.#asked);
    expect(new Set(order).size).toBe(order.length);
    expect([...messages.keys()].toSorted()).toEqual(order.toSorted());
    for (const [turnId, id] of this.#ended)
      expect([turnId, messages.has(id), turns.get(turnId)?.state]).toEqual([turnId, true, "ended"]);
    for (const nodeId of this.#attending) expect(watchers).toContain(nodeId);
  }

  #expectAnswer({ messages }: Stored, turn: Turn): void {
    const answers = [...messages.values()].filter(
      ({ author, turnId }) => author === "assistant" && turnId === turn.turnId,
    );
    const expected = turn.state === "ended" ? [{ messageId: answerId(turn), text: this.textOf(turn) }] : [];
    expect(answers).toMatchObject(expected);
  }

  #expectLog({ logged }: Stored, running: Turn): void {
    expect(this.textOf(running).slice(0, logged.length)).toBe(logged);
    expect(logged.length).toBeGreaterThanOrEqual(this.#logged.get(nameOf(running)) ?? 0);
  }

  async #read(): Promise<Raw> {
    const commands = ["hgetall", "lrange", "hgetall", "hgetall", "hgetall", "hgetall"].map((command, i) => {
      const key = this.#keys[i] ?? "";
      return command === "lrange" ? [command, key, "0", "-1"] : [command, key];
    });
    const replies = await this.#store.pipeline(commands).exec();
    // CAST: what these commands reply to keys of their types; another type is an error, which the parsing does not survive.
    return (replies ?? []).map(([, reply]) => reply) as unknown as Raw;
  }
}

type Raw = readonly [Fields, string[], Fields, Fields, Fields, Fields];
type Fields = Readonly<Record<string, string>>;

function parse([fields, order, texts, jsons, visits, pieces]: Raw): Stored {
  const { running = "", waiting = "", id = "" } = fields;
  const turns = new Map(Object.entries(jsons).map(([turnId, json]) => [turnId, parseTurn(id, turnId, json)]));
  const turn = turns.get(running);
  return {
    order,
    messages: new Map(Object.entries(texts).map(([messageId, json]) => [messageId, parseMessage(json)])),
    turns,
    running,
    waiting,
    watchers: Object.keys(visits),
    logged: turn ? textOf(turn, parseLog(running, Object.entries(pieces).flat())) : "",
  };
}

function nameOf({ turnId, epoch }: Pick<Turn, "turnId" | "epoch">): string {
  return `${turnId}:${epoch}`;
}

/** Nothing that was stored is changed or goes; epochs only rise, and what has ended stays as it is. */
function expectHistory(before: Stored, now: Stored): void {
  expect(now.order.slice(0, before.order.length)).toEqual(before.order);
  for (const [id, message] of before.messages) expect(now.messages.get(id)).toEqual(message);
  for (const [turnId, was] of before.turns) {
    const is = now.turns.get(turnId);
    expect(is?.starts.slice(0, was.starts.length)).toEqual(was.starts);
    expect([turnId, is?.epoch]).toEqual([turnId, is?.starts.at(-1)?.epoch ?? 0]);
    if (was.state === "ended") expect(is).toEqual(was);
    // One epoch has one owner.
    if (was.epoch > 0 && was.epoch === is?.epoch) expect(is.owner).toBe(was.owner);
  }
}
