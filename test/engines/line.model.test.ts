import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CustomerClass, Tier } from "../../src/contract/shapes.ts";
import {
  classes,
  type Grant,
  type Known,
  type Line,
  type LineSettings,
  type Round,
  type Wish,
} from "../../src/domain/line.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLine } from "../../src/engines/redis/line.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { openRedis } from "../support/redis.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { openStore, type TestStore } from "./redis.support.ts";

const stack = new AsyncDisposableStack();
let redis: TestStore;

beforeAll(async () => {
  const { url } = stack.use(await openRedis());
  redis = stack.use(await openStore({ kind: "one", url }));
});
afterAll(() => stack.disposeAsync());

const usual: LineSettings = {
  tiers: {
    high: { perSecond: 20, burst: 8 },
    medium: { perSecond: 7, burst: 4 },
    degraded: { perSecond: 3, burst: 2 },
  },
  acceptBelow: { guest: 12, member: 17, vip: 20 },
  weights: { vip: 6, member: 3, guest: 1 },
  ageingMs: 2_000,
  rampPerSecond: null,
};

const nodes = ["n0", "n1", "n2"] as const;
const conversation = fc.integer({ min: 0, max: 29 }).map((at) => `c${at}`);
const node = fc.constantFrom(...nodes);
const name = fc.constantFrom<CustomerClass>(...classes);
/** Messages that are asked, or were answered; seldom more than are known by name. */
const message = fc.integer({ min: 0, max: 3 }).map((at) => `m${at}`);
const asks = fc.oneof(
  { weight: 20, arbitrary: fc.option(fc.uniqueArray(message, { maxLength: 3 }), { nil: undefined }) },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 22 }, (_, at) => `m${at}`)) },
);
/** Which of the grants that its node knows of. */
const which = fc.integer({ min: 0, max: 6 });

const act = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("enter" as const),
      conversation,
      name,
      node,
      owed: fc.boolean(),
      asks,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("together" as const),
      wishes: fc.array(fc.record({ conversation, name, node, owed: fc.boolean(), asks }), {
        minLength: 1,
        maxLength: 130,
        size: "max",
      }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("round" as const),
      node,
      room: fc.integer({ min: 0, max: 6 }),
      begun: fc.array(which, { maxLength: 3 }),
      ended: fc.array(which, { maxLength: 3 }),
      answered: asks,
      /** What it says is said again in the next round: the reply was lost. */
      unheard: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 1_500 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), conversation, asks }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("again" as const),
      node,
      which,
      waitMs: fc.integer({ min: 0, max: 900 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("die" as const), node, extra: fc.array(conversation, { maxLength: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("find" as const), conversation }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("tier" as const),
      tier: fc.constantFrom<Tier>("high", "medium", "degraded"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("starting" as const), starting: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("quiet" as const),
      classes: fc.subarray([...classes], { minLength: 1 }),
      ms: fc.integer({ min: 1, max: 400 }),
    }),
  },
);

/** The line that was lost. */
const life = "another";
const returning = fc.record({ conversation, name, node, owed: fc.boolean(), asks, hasTicket: fc.boolean() });
/** Each had its own there, before all of this one's. */
const ticketOf = (id: string) => 1 + Number(id.slice(1));
const mostBefore = 100;

/** What is done where the line was lost. */
const mending = fc.oneof(
  { weight: 2, arbitrary: returning.map((given) => ({ kind: "return" as const, ...given })) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("look" as const), conversation }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("restore" as const),
      node,
      all: fc.uniqueArray(fc.record({ conversation, name }), { maxLength: 4, selector: (each) => each.conversation }),
      life: fc.constantFrom(null, life),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("forgotten" as const),
      conversation,
      name,
      node,
      isFree: fc.boolean(),
      waitMs: fc.integer({ min: 0, max: 900 }),
    }),
  },
);

const anyAct = fc.oneof({ weight: 9, arbitrary: act }, { weight: 1, arbitrary: mending });

const ramp = fc.constantFrom(null, 2, 9);

type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

/** What is entered. */
type Given = Pick<Extract<Act, { kind: "enter" }>, "conversation" | "name" | "owed" | "asks">;

function wishOf({ conversation: conversationId, name, owed, asks }: Given): Wish {
  return { conversationId, class: name, owed, ...(asks && { asks }) };
}

function knownOf({ conversation: id, hasTicket }: Extract<Act, { kind: "return" }>): Known {
  return { life, ...(hasTicket && { ticket: ticketOf(id) }) };
}

/** A line that follows on the lost one. */
async function follow(line: Line): Promise<void> {
  const last = classes.map((name) => ({ conversationId: `last of ${name}`, class: name, ticket: mostBefore }));
  await line.restore(last, "n0", life);
  for (const { conversationId } of last) await line.leave(conversationId);
}

/** A service of three nodes on one line, and everything that was ever granted. */
class Service {
  readonly clock: VirtualClock;
  readonly line: Line;
  /** What each node was granted and has not ended. */
  readonly #held = new Map<string, Grant[]>(nodes.map((each) => [each, []]));
  readonly #untaken = new Map<string, readonly Grant[]>();
  readonly #seen = new Map<string, number>();
  /** Each start, with its time and the tier under which it was given. */
  readonly starts: { readonly at: number; readonly number: number; readonly conversationId: string }[] = [];
  readonly #numbers = new Set<number>();

  constructor(line: Line, clock: VirtualClock) {
    this.line = line;
    this.clock = clock;
  }

  async act(given: Act): Promise<unknown> {
    switch (given.kind) {
      case "enter": {
        const entered = await this.line.enter(wishOf(given), given.node);
        if (entered.kind === "granted") this.#started(entered.grant);
        return entered;
      }
      case "together": {
        const all = await Promise.all(given.wishes.map((wish) => this.line.enter(wishOf(wish), wish.node)));
        for (const entered of all) if (entered.kind === "granted") this.#started(entered.grant);
        return all;
      }
      case "round":
        return this.#round(given);
      case "leave":
        return this.line.leave(given.conversation, given.asks);
      case "again": {
        const grant = this.#grantOf(given.node, given.which);
        return grant && this.line.again(grant, given.waitMs);
      }
      case "die": {
        const work = [...this.#heldBy(given.node).map(({ conversationId }) => conversationId), ...given.extra];
        this.#held.set(given.node, []);
        this.#untaken.delete(given.node);
        const wishes = work.map((conversationId) => ({ conversationId, class: "member" as const }));
        return this.line.recover(given.node, wishes);
      }
      case "find":
        return this.line.find(given.conversation);
      case "return": {
        const entered = await this.line.enter(wishOf(given), given.node, knownOf(given));
        if (entered.kind === "granted") this.#started(entered.grant);
        return entered;
      }
      case "look":
        return this.line.find(given.conversation, { life });
      case "restore": {
        const all = given.all.map((each) => ({
          conversationId: each.conversation,
          class: each.name,
          ticket: ticketOf(each.conversation),
        }));
        return this.line.restore(all, given.node, given.life);
      }
      case "forgotten": {
        const { conversation: conversationId, name, node: nodeId, isFree, waitMs } = given;
        const grant = { conversationId, class: name, number: 1_000_000, isFree, origin: { life, nodeId } };
        return this.line.again(grant, waitMs);
      }
      case "tier":
        return this.line.steer({ tier: given.tier });
      case "starting":
        return this.line.steer({ starting: given.starting });
      case "quiet":
        return this.line.steer({ pause: { classes: given.classes, ms: given.ms } });
      default:
        return;
    }
  }

  async #round(given: Extract<Act, { kind: "round" }>): Promise<Round> {
    const pick = (at: readonly number[]) => at.flatMap((each) => this.#grantOf(given.node, each) ?? []);
    const ended = pick(given.ended).map((grant) => ({ ...grant, ...(given.answered && { answered: given.answered }) }));
    const round = await this.line.round({
      nodeId: given.node,
      room: given.room,
      taken: this.#untaken.get(given.node) ?? [],
      begun: pick(given.begun),
      ended,
      leftSeen: this.#seen.get(given.node) ?? 0,
    });
    for (const grant of round.granted) this.#started(grant);
    if (given.unheard) return round;
    this.#seen.set(given.node, round.leftSeen);
    this.#untaken.set(given.node, round.granted);
    const over = new Set(ended.map(({ number }) => number));
    const left = this.#heldBy(given.node).filter(({ number }) => !over.has(number));
    const known = new Set(left.map(({ number }) => number));
    this.#held.set(given.node, [...left, ...round.granted.filter(({ number }) => !known.has(number))]);
    return round;
  }

  #started({ conversationId, number }: Grant): void {
    if (this.#numbers.has(number)) return;
    this.#numbers.add(number);
    this.starts.push({ at: this.clock.elapsed(), number, conversationId });
  }

  #heldBy(nodeId: string): Grant[] {
    return this.#held.get(nodeId) ?? [];
  }

  #grantOf(nodeId: string, at: number): Grant | undefined {
    return this.#heldBy(nodeId)[at];
  }
}

test("A1–A8 the line in Redis does what the line in memory does, whatever is wished in whatever order", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { minLength: 10, maxLength: 120 }), ramp, async (acts, rampPerSecond) => {
      const settings = { ...usual, rampPerSecond };
      const clock = new VirtualClock();
      const link = new Link(redis.store);
      const prefix = randomUUID();
      const own = new Service(new MemoryLine({ settings, clock }), clock);
      const line = new RedisLine({ link, keys: new Keys(prefix), settings, clock, now: () => clock.elapsed() });
      const other = new Service(line, clock);
      for (const each of [own, other]) await follow(each.line);
      for (const given of acts) {
        if (given.kind === "pass") clock.advance(given.ms);
        const [expected, got] = [await own.act(given), await other.act(given)];
        expect(got).toEqual(isRound(expected) ? { ...expected, life: expect.any(String) } : expected);
      }
      await redis.store.del(...new Keys(prefix).line);
    }),
    { numRuns: 300 },
  );
});

const isShed = (reply: unknown) =>
  typeof reply === "object" && reply !== null && "kind" in reply && reply.kind === "shed";

const isRound = (reply: unknown): reply is Round => typeof reply === "object" && reply !== null && "life" in reply;

/** How the lines stand, as somebody sees it who takes no part. */
async function linesOf(line: Line): Promise<Round["lines"]> {
  const nothing = { room: 0, taken: [], begun: [], ended: [], leftSeen: Number.MAX_SAFE_INTEGER };
  return (await line.round({ nodeId: "observer", ...nothing })).lines;
}

async function startsIn(line: Line): Promise<number> {
  const lines = await linesOf(line);
  return classes.reduce((sum, each) => sum + lines[each].served, 0);
}

test("A1 no interval has more starts than the burst and the rate over its time, whatever happens in it", async () => {
  const { perSecond, burst } = usual.tiers.high;
  const property = fc.asyncProperty(fc.array(act, { minLength: 40, maxLength: 300 }), async (acts) => {
    const clock = new VirtualClock();
    const line = new MemoryLine({ settings: usual, clock });
    const service = new Service(line, clock);
    // What a full bucket has left at most since any moment: it may never be overdrawn.
    let [level, at, known] = [burst, clock.elapsed(), 0];
    for (const given of acts) {
      if (given.kind === "pass") clock.advance(given.ms);
      await service.act(given);
      const [now, starts] = [clock.elapsed(), await startsIn(line)];
      level = Math.min(burst, level + ((now - at) / 1_000) * perSecond) - (starts - known);
      [at, known] = [now, starts];
      expect(level).toBeGreaterThanOrEqual(-1e-6);
    }
  });
  await fc.assert(property, { numRuns: 1_500 });
});

/** Those who were accepted, and the places that they were told. */
class Crowd {
  readonly #line: Line;
  readonly accepted = new Set<string>();
  readonly #places = new Map<string, { ticket: number; position: number }>();

  constructor(line: Line) {
    this.#line = line;
  }

  note(given: Act, reply: unknown): void {
    if (given.kind === "enter" && !isShed(reply)) this.accepted.add(given.conversation);
    if (given.kind === "leave" && reply === true) {
      this.accepted.delete(given.conversation);
      this.#places.delete(given.conversation);
    }
    if (given.kind === "die") for (const id of given.extra) this.accepted.add(id);
  }

  async look(): Promise<void> {
    const lines = await linesOf(this.#line);
    for (const id of this.accepted) {
      const found = await this.#line.find(id);
      const known = this.#places.get(id);
      // Among the few that were put back one with a lower ticket may follow.
      const isBefore = found && found.at.ticket < lines[found.at.class].head;
      if (found && !isBefore && known?.ticket === found.at.ticket)
        expect(found.position).toBeLessThanOrEqual(known.position);
      if (found) this.#places.set(id, { ticket: found.at.ticket, position: found.position ?? 0 });
      else this.#places.delete(id);
    }
  }
}

test("A2 A3 A4 A7 nobody who was accepted is forgotten, nobody is answered twice at once, and places never rise", async () => {
  const property = fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 150 }), async (acts) => {
    const clock = new VirtualClock();
    const line = new MemoryLine({ settings: usual, clock });
    const service = new Service(line, clock);
    const crowd = new Crowd(line);
    for (const given of acts) {
      if (given.kind === "pass") clock.advance(given.ms);
      crowd.note(given, await service.act(given));
      await crowd.look();
    }
    const started = new Set(service.starts.map(({ conversationId }) => conversationId));
    for (const id of await serveAll(line, clock)) started.add(id);
    for (const id of crowd.accepted) expect(started).toContain(id);
  });
  await fc.assert(property, { numRuns: 1_500 });
});

/** All nodes are gone, and from now on a healthy one answers everybody; gives those whom it does. */
async function serveAll(line: Line, clock: VirtualClock): Promise<ReadonlySet<string>> {
  await line.steer({ tier: "high", starting: 1_000 });
  // Whatever pauses are over.
  clock.advance(1_000);
  for (const each of nodes) await line.recover(each, []);
  const answered = new Set<string>();
  let taken: readonly Grant[] = [];
  for (let idle = 0; idle < 3; ) {
    clock.advance(1_000);
    const news = { nodeId: "healthy", room: 100, taken, begun: taken, ended: taken, leftSeen: 0 };
    const { granted } = await line.round(news);
    expect(new Set(granted.map(({ conversationId }) => conversationId)).size).toBe(granted.length);
    for (const { conversationId } of granted) answered.add(conversationId);
    taken = granted;
    idle = granted.length === 0 ? idle + 1 : 0;
  }
  return answered;
}
