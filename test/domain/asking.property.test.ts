import fc from "fast-check";
import { expect, test } from "vitest";
import { Handoff } from "../../src/domain/handoff.ts";
import { Outage } from "../../src/domain/outage.ts";
import { MemoryResponders } from "../../src/engines/memory/responders.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import type { Attempt } from "./scripted-relay.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { Worker } from "./worker.ts";

type Kind =
  | "ask"
  | "repeat"
  | "end"
  | "fail"
  | "stop"
  | "person"
  | "pause"
  | "kill"
  | "leave"
  | "lose line"
  | "find line"
  | "empty line";

interface Act {
  readonly kind: Kind;
  readonly node: number;
  /** Which of the questions so far is sent again. */
  readonly which: number;
  readonly thenMs: number;
}

const nodes = 4;
const customers: Kind[] = ["ask", "ask", "repeat", "end", "end", "fail"];

function actsOf(...kinds: readonly Kind[]): fc.Arbitrary<Act[]> {
  const act = fc.record({
    kind: fc.constantFrom(...customers, ...kinds),
    node: fc.nat(nodes - 1),
    which: fc.nat(9),
    thenMs: fc.constantFrom(0, 1, 5, 20, 40, 100, 300),
  });
  return fc.array(act, { minLength: 4, maxLength: 14, size: "max" });
}

/** One customer on several devices, each at another node, the relay's answers, and what befalls the nodes. */
class Scene {
  readonly clock = new VirtualClock();
  readonly store: SharedStore;
  readonly #workers: readonly Worker[];
  /** Those that still take questions. */
  readonly #staying: Set<Worker>;
  readonly #over = new Set<Attempt>();
  #conversationId = "";
  #questions = 0;
  #turnId: string | null = null;

  /** @param delays of the ways to the store and back, over and over again */
  constructor(delays: readonly number[]) {
    let [ids, at] = [0, 0];
    this.store = new SharedStore(this.clock, () => `id${ids++}`);
    this.#workers = Array.from({ length: nodes }, (_, node) => {
      const worker = new Worker({ nodeId: `n${node}`, store: this.store, clock: this.clock });
      slowDown(worker, this.clock, () => delays[at++ % delays.length] ?? 0);
      return worker;
    });
    this.#staying = new Set(this.#workers);
  }

  async open(): Promise<void> {
    const [first] = this.#workers;
    const opening = first?.side.conversations.open(caller("li"));
    await pass(this.clock, 500, 20);
    this.#conversationId = (await opening)?.conversationId ?? "";
  }

  async act({ kind, node, which, thenMs }: Act): Promise<void> {
    const worker = this.#workers[node];
    if (worker === undefined || !this.#staying.has(worker)) return;
    this.#befall(worker, kind);
    if (kind === "ask") this.#ask(worker, this.#questions++);
    if (kind === "repeat" && this.#questions > 0) this.#ask(worker, which % this.#questions);
    if (kind === "end") this.endAll();
    if (kind === "fail") this.#each((attempt) => attempt.fail("overloaded"));
    if (kind === "person") this.#askForPerson(worker);
    if (kind === "pause") await this.store.engines.line.steer({ pause: { classes: ["guest"], ms: 300 } });
    if (kind === "stop" && this.#turnId)
      worker.assistant.stop({ conversationId: this.#conversationId, turnId: this.#turnId }).catch(() => {});
    await pass(this.clock, thenMs, 1);
  }

  #befall(worker: Worker, kind: Kind): void {
    if (kind === "kill") this.#kill(worker);
    if (kind === "leave") this.#letGo(worker);
    if (kind === "lose line") worker.side.wire.fate = (step) => (step.startsWith("line ") ? "undone" : "done");
    if (kind === "find line") worker.side.wire.mend();
    if (kind === "empty line") void this.store.loseLine();
  }

  /** All that can be reached is reached again. */
  mendAll(): void {
    for (const { side } of this.#staying) side.wire.mend();
  }

  /** Another one is left. */
  #kill(worker: Worker): void {
    if (this.#staying.size === 1) return;
    this.#staying.delete(worker);
    this.#bury(worker);
  }

  /** It hands over what it answers: there is no time to finish it. */
  #letGo(worker: Worker): void {
    if (this.#staying.size === 1) return;
    this.#staying.delete(worker);
    worker.admission.leave();
    const gone = worker.assistant.drain(AbortSignal.abort(), "lost").then(() => worker.admission.flush());
    void gone.then(() => this.#bury(worker));
  }

  #bury(worker: Worker): void {
    worker.admission.close();
    worker.side.wire.cut();
    this.store.dead.add(worker.nodeId);
    const care = () => {
      for (const { caretaker } of this.#staying) void caretaker.care(worker.nodeId);
    };
    // At every beat, until it is forgotten.
    for (const ms of [50, 3_000]) this.clock.after(ms, care);
  }

  endAll(): void {
    this.#each((attempt) => {
      attempt.write("!");
      attempt.end();
    });
  }

  /** What is left when all answers have been given. */
  async left(): Promise<object> {
    const { line } = this.store.engines;
    const { waiting, running } = await this.store.stored(this.#conversationId);
    const nobody = { nodeId: "nobody", room: 0, taken: [], begun: [], ended: [], leftSeen: 0 };
    const round = await line.round(nobody);
    const busy = [...this.#staying].filter(({ admission }) => admission.isBusy).map(({ nodeId }) => nodeId);
    const faults = this.#workers.flatMap((worker) => worker.faults);
    return { waiting, running, place: await line.find(this.#conversationId), inLine: round.waiting, busy, faults };
  }

  #ask({ assistant }: Worker, at: number): void {
    const asked = assistant.ask(this.#conversationId, { messageId: `m${at}`, text: "?" });
    asked.then(
      ({ turnId }) => {
        this.#turnId = turnId ?? this.#turnId;
      },
      () => {},
    );
  }

  /** Nobody is there: the assistant goes on. */
  #askForPerson({ side, assistant }: Worker): void {
    const responders = new MemoryResponders(this.store.engines.world);
    const at = this.#questions++;
    const handoff = new Handoff({
      responders: {
        hand: (...args) => side.wire.send("hand", () => responders.hand(...args)),
        say: (...args) => responders.say(...args),
        note: (...args) => responders.note(...args),
      },
      ...{ conversations: side.conversations, assistant, clock: this.clock },
      listener: { step: () => {}, text: () => {} },
      list: () => {},
      noted: () => {},
      available: async () => [],
      newId: () => `person${at}`,
    });
    handoff.asked(this.#conversationId, { messageId: `m${at}`, text: "a person, please" }).catch(() => {});
  }

  #each(what: (attempt: Attempt) => void): void {
    const alive = this.#workers.filter(({ nodeId }) => !this.store.dead.has(nodeId));
    for (const attempt of alive.flatMap(({ relay }) => relay.attempts)) {
      if (this.#over.has(attempt)) continue;
      this.#over.add(attempt);
      what(attempt);
    }
  }
}

/** As over one connection: steps arrive in the order in which they were sent, and replies as well; or nothing does. */
function slowDown({ side: { wire } }: Worker, clock: VirtualClock, delay: () => number): void {
  let [arrivesAt, repliedAt] = [0, 0];
  const until = (at: number) => new Promise<void>((resolve) => clock.after(Math.max(0, at - clock.elapsed()), resolve));
  wire.send = async (step, carryOut) => {
    arrivesAt = Math.max(arrivesAt, clock.elapsed() + delay());
    await until(arrivesAt);
    if (wire.fate(step) === "undone") throw new Outage();
    const reply = carryOut();
    reply.catch(() => {});
    repliedAt = Math.max(repliedAt, clock.elapsed() + delay());
    await until(repliedAt);
    return reply;
  };
}

interface Course {
  readonly what: string;
  readonly kinds: readonly Kind[];
  readonly numRuns: number;
  /** What has once left somebody without an answer. */
  readonly examples?: [Act[], number[]][];
}

/** `"0 ask 40"`: at that node, then so many milliseconds. */
function acts(...lines: readonly string[]): Act[] {
  return lines.map((line) => {
    const [, node, kind, thenMs] = /^(\d) (.+) (\d+)$/.exec(line) ?? [];
    // CAST: they are written below.
    return { kind: kind as Kind, node: Number(node), which: 0, thenMs: Number(thenMs) };
  });
}

const courses: Course[] = [
  { what: "does", kinds: ["stop", "person", "pause"], numRuns: 400 },
  { what: "does while nodes die and leave", kinds: ["pause", "kill", "leave"], numRuns: 150 },
  {
    what: "does while nodes lose sight of the line",
    kinds: ["stop", "lose line", "find line", "pause"],
    numRuns: 150,
    // An answer that was to be tried again waited behind another node's place, and that behind the answer.
    examples: [
      [acts("0 lose line 0", "0 ask 100", "0 ask 0", "0 ask 0", "0 fail 0", "1 ask 0"), [0]],
      // Told to wait by the local line, and held behind another node's answer in that of all, it waited there for ever.
      [
        acts(
          "0 ask 100",
          "0 pause 0",
          "1 ask 100",
          "1 lose line 100",
          "0 ask 0",
          "1 find line 0",
          "0 stop 0",
          "1 ask 300",
        ),
        [9, 0],
      ],
      // What had waited behind an answer of the local line stood in that alone from the answer's end on.
      [
        acts(
          "0 ask 300",
          "0 end 40",
          "1 lose line 40",
          "1 ask 100",
          "1 ask 0",
          "0 find line 0",
          "0 end 0",
          "0 find line 0",
          "0 end 100",
        ),
        [0, 23, 10, 25],
      ],
      // It was asked as that answer ended, and waited for an end of which the next line knew nothing.
      [acts("2 lose line 0", "2 ask 100", "0 end 0", "0 fail 0", "0 end 0", "2 ask 100"), [0, 41]],
    ],
  },
  {
    what: "wishes for while that happens",
    kinds: ["person", "lose line", "find line"],
    numRuns: 150,
    // A start of the local line that was to be looked at again was forgotten with that line.
    examples: [
      [acts("0 person 0", "0 ask 0", "0 lose line 100", "0 end 100", "0 ask 0", "0 ask 100"), [0, 2]],
      // It came back before the line had heard of the end of the start before it, and was forgotten with that.
      [
        acts(
          "0 person 0",
          "0 ask 100",
          "0 lose line 300",
          "0 end 300",
          "0 ask 0",
          "1 find line 0",
          "0 ask 100",
          "0 end 100",
        ),
        [0, 23, 24, 59, 51, 1],
      ],
      // Told that the start which it put back was another's, a node put it before all others, and waited for that.
      [
        [
          ...acts("3 lose line 20", "0 end 40", "0 ask 20", "0 fail 100", "1 lose line 300", "0 end 20", "2 repeat 0"),
          ...acts("1 lose line 300", "0 lose line 100", "0 person 0", "1 ask 0", "3 repeat 5"),
          { kind: "repeat", node: 3, which: 5, thenMs: 0 },
        ],
        [6, 45, 17, 9],
      ],
    ],
  },
  {
    what: "does while all of that happens",
    kinds: ["stop", "lose line", "find line", "kill", "leave"],
    numRuns: 150,
    // What a node handed over that could not reach the line was listed nowhere.
    examples: [
      [acts("2 ask 40", "2 lose line 5", "2 leave 0", "0 stop 0", "0 lose line 0"), [...Array(18).fill(0), 40, 0]],
      // What a dead node had begun without the line's knowledge was lost with the place of the next question.
      [acts("1 lose line 0", "1 ask 0", "2 ask 300", "1 leave 0", "0 stop 0", "1 ask 0", "0 end 0", "1 ask 0"), [41]],
      // What waited in the local line alone was listed nowhere.
      [acts("0 lose line 0", "0 ask 300", "0 end 0", "0 ask 100", "0 kill 0"), [19, 0, 27, 0]],
    ],
  },
  {
    what: "does while the line is emptied",
    kinds: ["stop", "pause", "empty line"],
    numRuns: 150,
    examples: [
      // The next line granted it anew while the one before was still to say that it was put back.
      [
        acts("0 ask 300", "0 ask 300", "0 fail 40", "0 ask 0", "0 empty line 0", "0 ask 0", "0 ask 0"),
        [0, 0, 0, 0, 0, 41, 21, 41, 24, 0, 21, 0, 28, 52, 31, 47, 46],
      ],
    ],
  },
  {
    what: "does while the line is emptied and nodes lose sight of it",
    kinds: ["stop", "pause", "empty line", "lose line", "find line"],
    numRuns: 150,
    examples: [
      // What a line had granted that was lost before the next round was forgotten with it.
      [acts("0 pause 0", "0 ask 40", "0 ask 0", "0 empty line 0", "0 ask 40", "0 empty line 0"), [11]],
      // Its node was granted the start, and had not heard so when the line was lost.
      [acts("0 ask 0", "0 empty line 300", "1 ask 40", "0 end 100", "0 end 0", "0 empty line 0", "0 fail 0"), [0, 49]],
      // Whoever had taken the answer over handed it back to its writer, which took the start for that of the answer it had lost.
      [
        [
          ...acts("3 lose line 0", "0 ask 0", "0 fail 300", "0 empty line 0", "3 ask 300", "3 leave 300"),
          ...acts("0 fail 0", "1 leave 0"),
        ],
        [1, 41],
      ],
    ],
  },
];

test.each(courses)(
  "A4 A8 A12 S5 A6 whatever one customer $what, all is answered, and nobody stands in line for nobody",
  {
    timeout: 120_000,
  },
  async ({ kinds, numRuns, examples = [] }) => {
    const delays = fc.array(fc.nat(60), { minLength: 1, maxLength: 40, size: "max" });
    const property = fc.asyncProperty(actsOf(...kinds), delays, async (given, waits) => {
      const scene = new Scene(waits);
      await scene.open();
      for (const each of given) await scene.act(each);
      scene.mendAll();
      for (let look = 0; look < 120; look++) {
        scene.endAll();
        await pass(scene.clock, 200, 20);
      }
      await everybodyWaits();
      expect(await scene.left()).toEqual({
        waiting: null,
        running: null,
        place: null,
        inLine: 0,
        busy: [],
        faults: [],
      });
    });
    await fc.assert(property, { numRuns, examples });
  },
);
