import type { AnswerLog } from "../../src/domain/answer-log.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Asked, Conversation, Conversations, Question } from "../../src/domain/conversations.ts";
import type { Line } from "../../src/domain/line.ts";
import type { Nodes } from "../../src/domain/nodes.ts";
import type { Kept, Restored, Restorer } from "../../src/domain/standby.ts";
import type { Started, Turn, Turns } from "../../src/domain/turns.ts";
import { MemoryAnswerLog } from "../../src/engines/memory/answer-log.ts";
import { MemoryConversations } from "../../src/engines/memory/conversations.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { MemoryNodes } from "../../src/engines/memory/nodes.ts";
import { MemoryTurns } from "../../src/engines/memory/turns.ts";
import { MemoryWorld, turnOf } from "../../src/engines/memory/world.ts";
import { Attendance } from "../../src/engines/redis/attendance.ts";
import { openLine } from "./admissions.ts";
import { type Owners, restore } from "./restoring.ts";
import { Wire } from "./wire.ts";

export const lifeMs = 3_600_000;

/** What the nodes of a cluster share: the memory engines, and what one process alone does not need: owners, watchers. */
export class SharedStore {
  readonly #clock: Clock;
  readonly #newId: () => string;
  /** For each conversation the nodes that look at it, each with its latest visit. */
  readonly #watchers = new Map<string, Map<string, number>>();
  readonly owners: Owners = new Map();
  /** Nodes that are known to be no more. */
  readonly dead = new Set<string>();
  #engines: Engines;
  #losses = 0;

  constructor(clock: Clock, newId: () => string) {
    this.#clock = clock;
    this.#newId = newId;
    this.#engines = this.#open();
  }

  get engines(): Engines {
    return this.#engines;
  }

  /** Everything is lost. */
  empty(): void {
    this.#engines = this.#open();
    this.#watchers.clear();
    this.owners.clear();
  }

  /** The line is, and another one begins, whose numbers go on behind its. */
  async loseLine(): Promise<void> {
    const line = new MemoryLine({ settings: openLine, clock: this.#clock, life: `after ${++this.#losses}` });
    // First: nobody comes to it before.
    this.#engines = { ...this.#engines, line };
    await goOnBehind(line, this.#losses * 200);
  }

  /** The function given back makes the conversation what it is now: a replica takes over that was behind. */
  remember(conversationId: string): () => void {
    const { world } = this.#engines;
    const kept = structuredClone(world.find(conversationId));
    return () => {
      world.forget(conversationId);
      if (kept) world.add(kept);
    };
  }

  attend(conversationId: string, nodeId: string, visit: number): void {
    this.#watchers.set(conversationId, new Map(this.#watchers.get(conversationId)).set(nodeId, visit));
  }

  /** Unless the node has come again meanwhile. */
  leave(conversationId: string, nodeId: string, visit: number): void {
    const visits = this.#watchers.get(conversationId);
    if (visits?.get(nodeId) === visit) visits.delete(nodeId);
  }

  watchersOf(conversationId: string): readonly string[] {
    return [...(this.#watchers.get(conversationId)?.keys() ?? [])];
  }

  /** The whole conversation, in one step. */
  async read(conversationId: string): Promise<Conversation | null> {
    const { world, conversations, log } = this.#engines;
    const found = world.find(conversationId);
    if (found === null) return null;
    const turn = found.turns.get(found.runningTurnId ?? "");
    const running = turn ? this.owned(turnOf(found, turn)) : null;
    const text = running ? log.read(running) : "";
    const findings = running ? log.found(running) : [];
    const [whole, logged, noted] = await Promise.all([conversations.read(conversationId), text, findings]);
    return whole && { ...whole, running, logged, found: noted };
  }

  /** What is stored, for a test to look at. */
  async stored(conversationId: string): Promise<Conversation> {
    const found = await this.read(conversationId);
    if (found === null) throw new Error("the conversation is gone");
    return found;
  }

  /** A turn with its owner, who may be a new one. */
  owned<T extends Turn | null>(turn: T, by?: string): T {
    if (turn === null) return turn;
    if (by !== undefined) this.owners.set(turn.turnId, by);
    const owner = this.owners.get(turn.turnId);
    return owner === undefined ? turn : { ...turn, owner };
  }

  /** What a node has started is its own. */
  begun(started: Started, by: string): Started {
    const turn = this.owned(started.turn, by);
    return { turn, conversation: { ...started.conversation, running: turn } };
  }

  #open(): Engines {
    const world = new MemoryWorld({ clock: this.#clock, newId: this.#newId, lifeMs, maxMessages: 200 });
    return {
      world,
      conversations: new MemoryConversations(world),
      turns: new MemoryTurns(world),
      log: new MemoryAnswerLog(world),
      nodes: new MemoryNodes(),
      line: new MemoryLine({ settings: openLine, clock: this.#clock }),
    };
  }
}

/** So many tickets and grants were given before. */
async function goOnBehind(line: Line, many: number): Promise<void> {
  const wishes = Array.from({ length: many }, (_, at) => ({ conversationId: `before ${at}`, class: "guest" as const }));
  const entered = wishes.map((wish) => line.enter(wish, "before"));
  const last = { ...wishes[0], conversationId: "last", class: "guest" as const, ticket: many };
  const restored = line.restore([last], "before", "before");
  const left = line.leave("last");
  const ended = (await Promise.all(entered)).flatMap((each) => (each.kind === "granted" ? [each.grant] : []));
  if (ended.length < many) throw new Error("not as many starts were granted");
  await Promise.all([restored, left, line.round({ ...nothing, nodeId: "before", taken: ended, ended })]);
}

const nothing = { room: 0, taken: [], begun: [], ended: [], leftSeen: 0 };

interface Engines {
  readonly world: MemoryWorld;
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly log: AnswerLog;
  readonly nodes: Nodes;
  readonly line: Line;
}

/** The store as one node has it, at the other end of a wire. */
export class StoreSide implements Restorer {
  readonly wire = new Wire();
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly log: AnswerLog;
  readonly nodes: Nodes;
  readonly line: Line;
  /** Who else looks at a conversation, as of this node's last step in it. */
  readonly attendance: Attendance;
  readonly #store: SharedStore;
  readonly #nodeId: () => string;
  #visits = 0;
  readonly #visitOf = new Map<string, number>();

  constructor(store: SharedStore, nodeId: () => string) {
    this.#store = store;
    this.#nodeId = nodeId;
    this.attendance = new Attendance(nodeId);
    this.conversations = this.#conversations();
    this.turns = this.#turns();
    this.log = this.wire.over(() => store.engines.log);
    this.nodes = this.wire.over(() => store.engines.nodes);
    this.line = this.wire.over(() => store.engines.line, "line ");
  }

  async restore(kept: Kept): Promise<Restored> {
    const { owners } = this.#store;
    const into = async () => restore(kept, this.#store.engines.world, owners, this.#nodeId());
    return this.#noted(kept.conversation.conversationId, await this.wire.send("restore", into));
  }

  #conversations(): Conversations {
    const store = this.#store;
    const engine = this.wire.over(() => store.engines.conversations);
    return {
      open: (caller) =>
        this.#visit("open", async (visit) => {
          const { conversationId } = await store.engines.conversations.open(caller);
          store.attend(conversationId, this.#nodeId(), visit);
          return store.stored(conversationId);
        }),
      read: async (id) => this.#noted(id, await this.wire.send("read", () => store.read(id))),
      attend: (id) =>
        this.#visit("attend", (visit) => {
          store.attend(id, this.#nodeId(), visit);
          return store.read(id);
        }),
      leave: async (id) => {
        const visit = this.#visitOf.get(id);
        if (visit === undefined) return;
        this.#visitOf.delete(id);
        await this.wire.send("leave", async () => store.leave(id, this.#nodeId(), visit));
      },
      ask: async (id, question) => this.#noted(id, await this.wire.send("ask", () => this.#ask(id, question))),
      rateMessage: (id, messageId, value) => engine.rateMessage(id, messageId, value),
      rate: (id, score, comment) => engine.rate(id, score, comment),
    };
  }

  async #ask(id: string, question: Question): Promise<Asked> {
    const asked = await this.#store.engines.conversations.ask(id, question);
    return asked.started ? { ...asked, started: this.#store.begun(asked.started, this.#nodeId()) } : asked;
  }

  #turns(): Turns {
    const store = this.#store;
    const own = async (turn: Promise<Turn | null>) => store.owned(await turn, this.#nodeId());
    const step = async <T>(id: string, name: string, carryOut: () => Promise<T>) =>
      this.#noted(id, await this.wire.send(name, carryOut));
    const begin = async (id: string) => {
      const started = await store.engines.turns.start(id);
      return started && store.begun(started, this.#nodeId());
    };
    return {
      start: (id) => step(id, "start", () => begin(id)),
      raise: (ref, epoch, offset) =>
        step(ref.conversationId, "raise", () => own(store.engines.turns.raise(ref, epoch, offset))),
      end: (ref, epoch, ending) =>
        step(ref.conversationId, "end", async () => store.owned(await store.engines.turns.end(ref, epoch, ending))),
      read: (ref) => this.wire.send("turn", async () => store.owned(await store.engines.turns.read(ref))),
    };
  }

  /** A step after which this node is told what happens. */
  async #visit<T extends Conversation | null>(name: string, carryOut: (visit: number) => Promise<T>): Promise<T> {
    const visit = ++this.#visits;
    const found = await this.wire.send(name, () => carryOut(visit));
    if (found === null) return found;
    const { conversationId } = found;
    this.#visitOf.set(conversationId, Math.max(visit, this.#visitOf.get(conversationId) ?? 0));
    return this.#noted(conversationId, found);
  }

  #noted<T>(conversationId: string, what: T): T {
    this.attendance.note(conversationId, this.#store.watchersOf(conversationId));
    return what;
  }
}
