import fc from "fast-check";
import { expect, test } from "vitest";
import { Handoff } from "../../src/domain/handoff.ts";
import { MemoryResponders } from "../../src/engines/memory/responders.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import type { Attempt } from "./scripted-relay.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { Worker } from "./worker.ts";

const nodes = 3;
const act = fc.record({
  kind: fc.constantFrom("ask", "ask", "repeat", "end", "end", "fail", "stop", "person", "pause"),
  node: fc.nat(nodes - 1),
  /** Which of the questions so far is sent again. */
  which: fc.nat(9),
  thenMs: fc.constantFrom(0, 1, 5, 20, 40, 100, 300),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** One customer on several devices, each at another node, and the relay's answers. */
class Scene {
  readonly clock = new VirtualClock();
  readonly store: SharedStore;
  readonly #workers: readonly Worker[];
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
  }

  async open(): Promise<void> {
    const [first] = this.#workers;
    const opening = first?.side.conversations.open(caller("li"));
    await pass(this.clock, 500, 20);
    this.#conversationId = (await opening)?.conversationId ?? "";
  }

  async act({ kind, node, which, thenMs }: Act): Promise<void> {
    const worker = this.#workers[node];
    if (worker === undefined) return;
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
    const busy = this.#workers.filter(({ admission }) => admission.isBusy).map(({ nodeId }) => nodeId);
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
    for (const attempt of this.#workers.flatMap(({ relay }) => relay.attempts)) {
      if (this.#over.has(attempt)) continue;
      this.#over.add(attempt);
      what(attempt);
    }
  }
}

/** As over one connection: steps arrive in the order in which they were sent, and replies as well. */
function slowDown({ side: { wire } }: Worker, clock: VirtualClock, delay: () => number): void {
  let [arrivesAt, repliedAt] = [0, 0];
  const until = (at: number) => new Promise<void>((resolve) => clock.after(Math.max(0, at - clock.elapsed()), resolve));
  wire.send = async (_, carryOut) => {
    arrivesAt = Math.max(arrivesAt, clock.elapsed() + delay());
    await until(arrivesAt);
    const reply = carryOut();
    reply.catch(() => {});
    repliedAt = Math.max(repliedAt, clock.elapsed() + delay());
    await until(repliedAt);
    return reply;
  };
}

test("A4 S5 A6 whatever one customer does at three nodes, all is answered, and nobody stands in line for nobody", {
  timeout: 120_000,
}, async () => {
  const delays = fc.array(fc.nat(60), { minLength: 1, maxLength: 40, size: "max" });
  const acts = fc.array(act, { minLength: 4, maxLength: 14, size: "max" });
  const property = fc.asyncProperty(acts, delays, async (given, waits) => {
    const scene = new Scene(waits);
    await scene.open();
    for (const each of given) await scene.act(each);
    for (let look = 0; look < 60; look++) {
      scene.endAll();
      await pass(scene.clock, 200, 20);
    }
    await everybodyWaits();
    expect(await scene.left()).toEqual({ waiting: null, running: null, place: null, inLine: 0, busy: [], faults: [] });
  });
  await fc.assert(property, { numRuns: 500 });
});
