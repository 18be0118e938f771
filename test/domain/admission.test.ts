import { beforeEach, expect, test } from "vitest";
import { Admission } from "../../src/domain/admission.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Round } from "../../src/domain/line.ts";
import { Outage } from "../../src/domain/outage.ts";
import { StandbyLine } from "../../src/domain/standby-line.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { admissionOf, openLine } from "./admissions.ts";
import { settled } from "./relay-weather.ts";
import { pass } from "./stoppable-clock.ts";
import { Wire } from "./wire.ts";

const rate = { perSecond: 10, burst: 2 };
const settings = {
  ...openLine,
  tiers: { high: rate, medium: rate, degraded: rate },
  acceptBelow: { vip: 6, member: 5, guest: 4 },
};

let clock: VirtualClock;
let store: MemoryLine;
let wire: Wire;
let admission: Admission;
let granted: string[];
let rounds: Round[];

beforeEach(async () => {
  clock = new VirtualClock();
  store = new MemoryLine({ settings, clock });
  [wire, granted, rounds] = [new Wire(), [], []];
  admission = await open("node");
});

async function open(nodeId: string, options: { readonly mostOpen?: number } = {}): Promise<Admission> {
  const openLocal = () => new MemoryLine({ settings, clock });
  const line = new StandbyLine({ store: wire.over(() => store), clock, openLocal });
  const opened = admissionOf(clock, { line, nodeId: () => nodeId, acceptBelow: settings.acceptBelow, ...options });
  await opened.open({
    granted: (conversationId) => granted.push(conversationId),
    round: (round) => rounds.push(round),
    tier: () => {},
  });
  return opened;
}

const ask = async (conversationId: string, by = admission) => (await by.enter({ conversationId, class: "guest" })).kind;

/** An answer that began waits half a second to be tried again; tells whether it has gone on. */
async function waitAgain(): Promise<() => boolean> {
  await ask("a");
  let isResumed = false;
  void admission.again("a", 500, new AbortController().signal).then(() => {
    isResumed = true;
  });
  return () => isResumed;
}

/** A clock whose timers run so much too late. */
function lateClock(): { clock: Clock; lateMs: number } {
  const late = {
    lateMs: 0,
    clock: {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (ms: number, task: () => void) => clock.after(ms + late.lateMs, task),
      soon: (task: () => void) => clock.soon(task),
    },
  };
  return late;
}

async function fill(): Promise<void> {
  for (const id of ["a", "b", "c", "d", "e", "f"]) await ask(id);
}

test("A1 A5 who waits is granted in turn, each once, and nothing is granted that came with the question", async () => {
  await fill();
  await pass(clock, 1_000, 20);
  expect(granted).toEqual(["c", "d", "e", "f"]);
});

test("A10 a node whose loop is late lets two begin in a round, and all again once it is not", async () => {
  const late = lateClock();
  const own = admissionOf(late.clock, { line: new MemoryLine({ settings: openLine, clock }) });
  await own.open({ granted: (id) => granted.push(id), round: () => {}, tier: () => {} });
  let asked = 0;
  const beginOf = async (count: number) => {
    const kinds = await Promise.all(Array.from({ length: count }, () => ask(`c${asked++}`, own)));
    return kinds.filter((kind) => kind === "granted").length;
  };
  expect(await beginOf(100)).toBe(100);
  late.lateMs = 51;
  await pass(clock, 3_000, 10);
  expect(await beginOf(50)).toBe(2);
  await pass(clock, 25 + 51, 1);
  expect(granted).toHaveLength(2);
  late.lateMs = 0;
  await pass(clock, 3_000, 10);
  expect(granted).toHaveLength(48);
  expect(await beginOf(100)).toBe(100);
});

test("A3 whoever is shed is told when to come back, and others are told so without a question to the line", async () => {
  await fill();
  await expect(ask("g")).rejects.toMatchObject({ code: "shed", retryAfterMs: 20_000 });
  const asked = wire.calls.length;
  for (let at = 0; at < 1_000; at++) await expect(ask(`late${at}`)).rejects.toMatchObject({ code: "shed" });
  expect(wire.calls.length).toBe(asked);
  // Who waits already, or is answered, asks for no place.
  expect([await ask("c"), await ask("d")]).toEqual(["waiting", "waiting"]);
  await pass(clock, 300, 20);
  expect(await ask("g")).toBe("waiting");
});

test("A3 those who are shed together come back apart", async () => {
  let at = 0;
  const line = new MemoryLine({ settings: { ...settings, acceptBelow: { vip: 0, member: 0, guest: 0 } }, clock });
  const full = admissionOf(clock, { line, random: () => (at++ % 10) / 10 });
  await ask("a", full);
  await ask("b", full);
  const backs = new Set<number>();
  for (let each = 0; each < 10; each++) {
    const fault = await full.enter({ conversationId: `c${each}`, class: "guest" }).catch((thrown: unknown) => thrown);
    backs.add((fault as { retryAfterMs: number }).retryAfterMs);
  }
  expect([backs.size, Math.min(...backs), Math.max(...backs)]).toEqual([10, 20_000, 29_000]);
});

test("A4 what is asked at the moment at which an answer ends begins without waiting for a round", async () => {
  await ask("a");
  admission.ended("a");
  expect(await ask("a")).toBe("granted");
});

test("A5 what could not be said is said again, and a grant that was not heard of is heard of later", async () => {
  await fill();
  wire.fate = (name) => (name === "round" ? "unheard" : "done");
  admission.ended("a");
  await pass(clock, 300, 20);
  wire.mend();
  await pass(clock, 600, 20);
  expect(granted.toSorted()).toEqual(["c", "d", "e", "f"]);
  expect((await store.find("a")) === null).toBe(true);
});

test("A10 a node is given no more than it can write, and nothing once it leaves", async () => {
  const small = await open("small", { mostOpen: 1 });
  await ask("a", small);
  await ask("b");
  await ask("c", small);
  admission.leave();
  await pass(clock, 1_000, 20);
  expect(granted).toEqual([]);
  small.ended("a");
  await pass(clock, 500, 20);
  expect(granted).toEqual(["c"]);
});

test("A5 what was entered here and is answered elsewhere is not waited for here", async () => {
  await fill();
  expect(admission.waiting).toHaveLength(4);
  admission.leave();
  const other = await open("other");
  await pass(clock, 1_000, 20);
  expect([admission.waiting, other.waiting]).toEqual([[], []]);
  expect(granted).toEqual(["c", "d", "e", "f"]);
});

test("U4 a start that is tried again waits in line for it, and is resumed where it was", async () => {
  const isResumed = await waitAgain();
  await pass(clock, 450, 10);
  expect([isResumed(), await ask("a")]).toEqual([false, "held"]);
  await pass(clock, 200, 10);
  expect([isResumed(), granted]).toEqual([true, []]);
  admission.ended("a");
  await pass(clock, 300, 10);
  expect(granted).toEqual(["a"]);
});

test("U4 A12 a start that waits to be tried again goes on, should the line lose it", async () => {
  const isResumed = await waitAgain();
  await pass(clock, 100, 10);
  store = new MemoryLine({ settings, clock });
  await pass(clock, 3_000, 50);
  expect(isResumed()).toBe(false);
  await pass(clock, 1_000, 50);
  expect(isResumed()).toBe(true);
});

test("U4 a question in a conversation that waits to be tried again makes it go on, should the line have lost it", async () => {
  const isResumed = await waitAgain();
  await pass(clock, 100, 10);
  store = new MemoryLine({ settings, clock });
  expect(await ask("a")).toBe("granted");
  await settled();
  expect(isResumed()).toBe(true);
});

test("A8 N4 what could not be put back is put back later", async () => {
  await ask("a");
  wire.cut();
  await expect(admission.defer("a", 0)).rejects.toThrow(Outage);
  wire.mend();
  await admission.defer("a", 0);
  await pass(clock, 100, 10);
  expect(granted).toEqual(["a"]);
});

test("A8 N4 what is handed back while the line is away is handed back when it is there again", async () => {
  await ask("a");
  wire.cut();
  await expect(admission.handBack("a")).rejects.toThrow(Outage);
  await pass(clock, 100, 10);
  wire.mend();
  await pass(clock, 400, 10);
  expect(granted).toEqual(["a"]);
  expect(admission.isFree("a")).toBe(true);
});

test("A2 whoever is answered later on is answered as of the class that asked", async () => {
  await admission.enter({ conversationId: "a", class: "vip" });
  expect(admission.classOf("a")).toBe("vip");
  admission.ended("a");
  expect([admission.classOf("a"), admission.classOf("unknown")]).toEqual(["vip", "guest"]);
});

test("U4 S10 who is stopped while waiting to be tried again waits no more, and holds no place", async () => {
  await ask("a");
  const stop = new AbortController();
  const waiting = admission.again("a", 5_000, stop.signal);
  await pass(clock, 100, 10);
  stop.abort();
  await waiting;
  admission.ended("a", ["m"]);
  await pass(clock, 100, 10);
  expect([await store.find("a"), admission.isBusy]).toEqual([null, false]);
});

test("A12 while the line cannot be reached the node goes on with its own, in the same order, and merges back", async () => {
  await fill();
  wire.cut();
  await pass(clock, 300, 20);
  expect(granted.length).toBeGreaterThanOrEqual(2);
  expect(granted).toEqual(["c", "d", "e", "f"].slice(0, granted.length));
  await ask("new");
  for (const id of granted) admission.ended(id);
  wire.mend();
  await pass(clock, 2_000, 20);
  expect(granted).toEqual(["c", "d", "e", "f", "new"]);
  for (const id of ["c", "d", "e", "f", "new"]) expect(await store.find(id)).toBeNull();
});

/** A node at a line that is never full, and the rounds that it holds. */
async function openBusy(perSecond: number) {
  const rate = { perSecond, burst: 1 };
  const line = new MemoryLine({
    settings: { ...openLine, tiers: { high: rate, medium: rate, degraded: rate } },
    clock,
  });
  const busy = admissionOf(clock, { line });
  const served: string[] = [];
  let held = 0;
  await busy.open({ granted: (id) => served.push(id), round: () => held++, tier: () => {} });
  return { busy, served, held: () => held };
}

test("A5 those who wait are served while newcomers come without a pause", async () => {
  const { busy, served } = await openBusy(50);
  for (let at = 0; at < 200; at++) {
    await ask(`c${at}`, busy);
    await pass(clock, 5, 5);
  }
  expect(served.length).toBeGreaterThan(30);
});

test("A5 what ended is told while answers begin and end without a pause", async () => {
  const { busy, held } = await openBusy(1_000);
  for (let at = 0; at < 200; at++) {
    expect(await ask(`c${at}`, busy)).toBe("granted");
    busy.ended(`c${at}`);
    await pass(clock, 5, 5);
  }
  expect(held()).toBeGreaterThan(30);
});

test("A12 who comes while others are put back is behind them, in the same line", async () => {
  for (const id of ["a", "b"]) await ask(id);
  wire.cut();
  await pass(clock, 50, 10);
  for (const id of ["x", "y"]) expect(await ask(id)).toBe("granted");
  for (const id of ["c", "d"]) expect(await ask(id)).toBe("waiting");
  wire.mend();
  const heard = wire.hold();
  clock.advance(100);
  await settled();
  const late = ask("late");
  await settled();
  heard();
  expect(await late).toBe("waiting");
  await pass(clock, 40, 10);
  expect((await store.find("late"))?.position).toBe(3 - granted.length);
  await pass(clock, 2_000, 20);
  expect(granted).toEqual(["c", "d", "late"]);
});

test("A12 what the line grants to those who are put back into it is begun", async () => {
  for (const id of ["a", "b"]) await ask(id);
  wire.cut();
  await pass(clock, 50, 10);
  for (const id of ["x", "y"]) expect(await ask(id)).toBe("granted");
  expect(await ask("c")).toBe("waiting");
  // Nobody knows of this node, and the bucket is full.
  store = new MemoryLine({ settings, clock });
  wire.mend();
  await pass(clock, 600, 10);
  expect(granted).toContain("c");
});

/** The positions that this conversation was told late, for they could not be told when they were asked for. */
function placed(conversationId: string): (number | null)[] {
  const all = rounds.flatMap(({ placed = [] }) => placed);
  return all.filter((place) => place.conversationId === conversationId).map(({ position }) => position);
}

/** A line that has begun anew. */
const anotherLine = (life: string) => new MemoryLine({ settings, clock, life, isEmpty: true });

/** One whose tickets go on behind those of the one before, and in which nothing may begin for now. */
async function followingLine(life: string, pausedMs: number): Promise<MemoryLine> {
  const line = anotherLine(life);
  await line.restore([{ conversationId: "last", class: "guest", ticket: 100 }], "node", "");
  await line.leave("last");
  await line.steer({ pause: { classes: ["guest"], ms: pausedMs } });
  return line;
}

test("A12 a line that was lost while nobody noticed is given back those who wait", async () => {
  await fill();
  store = anotherLine("second");
  await pass(clock, 2_000, 20);
  expect(granted.toSorted()).toEqual(["c", "d", "e", "f"]);
});

test("A12 a line that is lost once more as it is given back those who wait is given them back as well", async () => {
  await fill();
  store = anotherLine("second");
  const { restore } = store;
  store.restore = async (...kept) => {
    await restore.apply(store, kept);
    store = anotherLine("third");
  };
  await pass(clock, 3_000, 30);
  expect(granted.toSorted()).toEqual(["c", "d", "e", "f"]);
});

test("A6 A12 who comes to a lost line before any node has held a round in it is told the place later", async () => {
  await fill();
  const { enter } = store;
  store.enter = async (...who) => {
    const entered = await enter.apply(store, who);
    return entered.kind === "waiting" ? { ...entered, position: null } : entered;
  };
  await admission.enter({ conversationId: "new", class: "guest", owed: true });
  await pass(clock, 100, 5);
  expect(placed("new")).toEqual([5]);
});

test("A6 A12 who comes by a node that has not found out about a loss is told the place when everybody is back", async () => {
  await fill();
  store = await followingLine("second", 5_000);
  const entered = await admission.enter({ conversationId: "new", class: "guest", owed: true });
  expect(entered).toMatchObject({ kind: "waiting", position: null });
  await pass(clock, 900, 20);
  expect(placed("new")).toEqual([]);
  await pass(clock, 400, 20);
  expect(placed("new")).toEqual([5]);
});

test("A6 A12 whose place cannot be looked up is told it later, and the round in which that failed counts all the same", async () => {
  await fill();
  store = await followingLine("second", 1_100);
  await admission.enter({ conversationId: "new", class: "guest", owed: true });
  await pass(clock, 900, 20);
  wire.fate = (name) => (name === "find" ? "undone" : "done");
  await pass(clock, 300, 20);
  expect([placed("new"), granted, rounds.at(-1)?.isAlone]).toEqual([[], ["c", "d"], undefined]);
  wire.mend();
  await pass(clock, 50, 5);
  expect(placed("new")).toEqual([2]);
});

test("A6 A12 who asks once more by a node that has not found out about a loss keeps the place", async () => {
  await fill();
  store = await followingLine("second", 5_000);
  await store.enter({ conversationId: "before", class: "guest" }, "another");
  const again = { conversationId: "d", class: "guest" as const, owed: true };
  expect(await admission.enter(again)).toMatchObject({ at: { ticket: 2 }, position: null });
  await pass(clock, 1_300, 20);
  expect(placed("d")).toEqual([2]);
});

test("A6 A12 who asks once more by a node that has no ticket of theirs is given it as soon as its node gives it back", async () => {
  const other = await open("other");
  await fill();
  store = await followingLine("second", 5_000);
  // The page has moved over, and its conversation was found in this node's memory alone.
  expect(await ask("before", other)).toBe("waiting");
  expect(await ask("d", other)).toBe("waiting");
  rounds = [];
  await pass(clock, 1_300, 20);
  expect(placed("d")).toEqual([2]);
  expect((await other.find("d"))?.at).toEqual({ class: "guest", ticket: 2 });
  // It is known here now, too.
  admission.close();
  store = await followingLine("third", 5_000);
  await pass(clock, 1_300, 20);
  expect((await other.find("d"))?.at).toEqual({ class: "guest", ticket: 2 });
});

test("A6 A12 who was entered anew by another node has the own ticket back with the next question", async () => {
  const other = await open("other");
  await fill();
  store = await followingLine("second", 5_000);
  for (const id of ["before", "d"]) await ask(id, other);
  expect(await admission.enter({ conversationId: "d", class: "guest", owed: true })).toMatchObject({
    at: { ticket: 2 },
    position: null,
  });
  rounds = [];
  await pass(clock, 1_300, 20);
  expect(placed("d")).toEqual([2, 2]);
});

test("A12 a ticket is one of its class", async () => {
  await fill();
  store = await followingLine("second", 5_000);
  const entered = await admission.enter({ conversationId: "d", class: "vip", owed: true });
  expect(entered).toMatchObject({ at: { class: "vip", ticket: 1 } });
});

test("A6 A12 where the line is lost again as places are looked up they are told when that one is whole", async () => {
  const other = await open("other");
  await fill();
  store = await followingLine("second", 60_000);
  await pass(clock, 300, 20);
  await admission.enter({ conversationId: "new", class: "guest", owed: true });
  const third = await followingLine("third", 60_000);
  await third.enter({ conversationId: "new", class: "guest" }, "other");
  wire.fate = (name) => {
    if (name === "find") store = third;
    return "done";
  };
  await pass(clock, 900, 20);
  expect([placed("new"), store === third]).toEqual([[], true]);
  await pass(clock, 1_200, 20);
  expect([placed("new"), (await other.find("new"))?.position]).toEqual([[5], 5]);
});

test("A12 whoever comes while places are looked up holds no round up", async () => {
  await fill();
  store = await followingLine("second", 60_000);
  await pass(clock, 300, 20);
  await admission.enter({ conversationId: "new", class: "guest", owed: true });
  // The line is lost again, and each look takes as long as it takes somebody to come.
  let comers = 0;
  wire.fate = (name) => {
    if (name !== "find" || comers >= 500) return "done";
    if (comers === 0) store = anotherLine("third");
    void admission.enter({ conversationId: `late${comers++}`, class: "guest", owed: true });
    return "done";
  };
  rounds = [];
  await pass(clock, 2_000, 20);
  expect([comers < 500, rounds.length > 20]).toEqual([true, true]);
});

test("A4 A12 what waited behind an answer that the node let begin alone stands in the line of all nodes when that is back", async () => {
  wire.cut();
  const enter = (conversationId: string, ...asks: string[]) =>
    admission.enter({ conversationId, class: "guest", asks });
  expect(await enter("a", "m1")).toMatchObject({ kind: "granted", isAlone: true });
  // Nothing more begins for a tenth of a second.
  await ask("b");
  expect(await enter("a", "m2")).toEqual({ kind: "held", isAlone: true });
  admission.ended("a", ["m1"]);
  await pass(clock, 60, 5);
  expect(granted).toEqual([]);
  wire.mend();
  await pass(clock, 1_000, 20);
  expect(granted).toEqual(["a"]);
});

test("A4 A12 who waited in the node's own line, and is held behind another node's answer in that of all, waits here no more", async () => {
  const other = await open("other");
  await ask("a", other);
  wire.fate = (name) => (name === "round" || name === "enter" ? "undone" : "done");
  // Nothing more begins for a tenth of a second.
  for (const id of ["x", "y"]) await ask(id);
  expect(await ask("a")).toBe("waiting");
  await pass(clock, 20, 5);
  expect(admission.waiting).toMatchObject([{ conversationId: "a" }]);
  wire.mend();
  await pass(clock, 1_000, 20);
  expect([granted, admission.waiting]).toEqual([[], []]);
  expect(await ask("a")).toBe("held");
});

test("A3 A12 whoever is turned away by the node alone stands nowhere when the line is back", async () => {
  const tight = { ...settings, acceptBelow: { vip: 2, member: 2, guest: 2 } };
  const openLocal = () => new MemoryLine({ settings: tight, clock, isEmpty: true });
  const line = new StandbyLine({ store: wire.over(() => store), clock, openLocal });
  wire.cut();
  const entered = [];
  for (let at = 0; at < 6; at++) {
    entered.push((await line.enter({ conversationId: `c${at}`, class: "guest", asks: ["m"] }, "node")).kind);
  }
  expect(entered).toEqual(["waiting", "waiting", "shed", "shed", "shed", "shed"]);
  wire.mend();
  const round = await line.round({ nodeId: "node", room: 9, taken: [], begun: [], ended: [], leftSeen: 0 });
  expect(new Set(round.granted.map(({ conversationId }) => conversationId))).toEqual(new Set(["c0", "c1"]));
  expect(round.waiting).toBe(0);
});

test("A12 who waits in the node's own line is known to wait here when the line that comes back is an empty one", async () => {
  await ask("a");
  await pass(clock, 300, 20);
  wire.cut();
  for (const id of ["b", "c", "d", "e"]) await ask(id);
  store = await followingLine("second", 20_000);
  wire.mend();
  await pass(clock, 1_500, 20);
  expect(admission.waiting.map(({ conversationId, ticket }) => [conversationId, ticket])).toEqual([
    ["d", 101],
    ["e", 102],
  ]);
  expect([...(await admission.giveUpAll())].toSorted()).toEqual(["d", "e"]);
});

test("A12 the line of all nodes knows nothing of what this node let begin alone", async () => {
  wire.cut();
  await ask("a");
  wire.mend();
  await pass(clock, 300, 20);
  expect(await admission.defer("a", 300)).toBe(false);
});

test("A12 while the line is away nobody is told a place in the node's own", async () => {
  await fill();
  wire.cut();
  await pass(clock, 50, 10);
  expect(await admission.find("f")).toMatchObject({ at: { ticket: 4 }, position: null });
});

test("A5 A8 what is granted anew as it is put back is begun", async () => {
  await ask("a");
  await pass(clock, 100, 20);
  wire.fate = (name) => (name === "again" ? "unheard" : "done");
  await expect(admission.defer("a", 0)).rejects.toThrow(Outage);
  wire.mend();
  const heard = wire.hold();
  clock.advance(300);
  await settled();
  const deferred = admission.defer("a", 0);
  await settled();
  heard();
  await deferred;
  expect(granted).toEqual(["a"]);
});

test("A8 what another node has taken over and answered is not put back", async () => {
  await ask("a");
  await pass(clock, 100, 20);
  await store.recover("node", []);
  const news = { nodeId: "other", room: 9, taken: [], begun: [], ended: [], leftSeen: 0 };
  const round = await store.round(news);
  await store.round({ ...news, taken: round.granted, ended: round.granted });
  await admission.defer("a", 300);
  expect(await store.find("a")).toBeNull();
});

test.each([false, true])(
  "A8 A12 a start that the line has forgotten as it is put back stands before all others; entered anew elsewhere: %s",
  async (isElsewhere) => {
    const other = await open("other");
    await fill();
    await pass(clock, 150, 10);
    expect(granted).toEqual(["c"]);
    store = await followingLine("second", 2_000);
    if (isElsewhere) await ask("c", other);
    await admission.defer("c", 300);
    expect(await admission.find("c")).toMatchObject({ at: { ticket: 0 }, position: null });
    await pass(clock, 3_000, 20);
    expect(granted).toEqual(["c", "c", "d", "e", "f"]);
    expect(placed("c")).toEqual([]);
  },
);

test("A6 A12 for a second after a loss, while other nodes may still put theirs back, nobody is told a place; then everybody is", async () => {
  await fill();
  store = anotherLine("second");
  await store.steer({ pause: { classes: ["guest"], ms: 5_000 } });
  await pass(clock, 100, 5);
  expect(rounds.at(-1)?.isAlone).toBe(true);
  expect(await admission.enter({ conversationId: "new", class: "guest", owed: true })).toMatchObject({
    position: null,
  });
  expect(await admission.find("new")).toMatchObject({ position: null });
  await pass(clock, 1_200, 20);
  expect(rounds.at(-1)?.isAlone).toBeUndefined();
  expect(placed("new")).toEqual([5]);
  expect((await admission.find("new"))?.position).toBe(5);
});

test("A10 A12 what pauses the line of all nodes pauses the node's own as well, and goes on pausing", async () => {
  await ask("a");
  // Told by another node; this one hears of it in its next round.
  await store.steer({ pause: { classes: ["guest"], ms: 3_000 } });
  await pass(clock, 300, 20);
  wire.cut();
  expect(await ask("b")).toBe("waiting");
  await pass(clock, 2_600, 20);
  expect(granted).toEqual([]);
  await pass(clock, 500, 20);
  expect(granted).toEqual(["b"]);
});

test("A10 A12 a limit of first texts that the line may not have heard of is told again", async () => {
  const line = new StandbyLine({
    store: wire.over(() => store),
    clock,
    openLocal: () => new MemoryLine({ settings, clock }),
  });
  wire.cut();
  await expect(line.steer({ starting: 1 })).rejects.toThrow(Outage);
  wire.mend();
  await line.round({ nodeId: "node", room: 9, taken: [], begun: [], ended: [], leftSeen: 0 });
  expect([await ask("a"), await ask("b")]).toEqual(["granted", "waiting"]);
});

test("A4 A12 a replica takes over that was behind by the end of an answer: whoever asks next is not held behind that", async () => {
  await ask("a");
  await pass(clock, 100, 10);
  admission.ended("a", ["m"]);
  await pass(clock, 100, 10);
  wire.cut();
  await pass(clock, 300, 10);
  store = new MemoryLine({ settings, clock });
  const entered = await store.enter({ conversationId: "a", class: "guest", asks: ["m"] }, "node");
  if (entered.kind !== "granted") throw new Error("it did not begin");
  const silent = { nodeId: "node", room: 9, begun: [], ended: [], leftSeen: 0 };
  await store.round({ ...silent, taken: [entered.grant] });
  wire.mend();
  await pass(clock, 300, 10);
  expect(await ask("a")).toBe("granted");
});

test("A7 A12 who gives up one of two questions has the place of the other one still, also when the line is away then", async () => {
  await fill();
  const wish = { conversationId: "two", class: "guest", owed: true } as const;
  for (const id of ["m1", "m2"]) await admission.enter({ ...wish, asks: [id] });
  expect(await admission.giveUp("two", ["m1"])).toBe(false);
  wire.cut();
  await pass(clock, 3_000, 20);
  expect(granted).toContain("two");
});

test("A6 A12 while the line of all nodes cannot be seen nobody is told a place", async () => {
  const enter = (conversationId: string) => admission.enter({ conversationId, class: "guest" });
  for (const id of ["a", "b", "c"]) await ask(id);
  expect(rounds.every(({ isAlone }) => !isAlone)).toBe(true);
  wire.cut();
  expect(await enter("new")).toMatchObject({ kind: "waiting", position: null });
  await pass(clock, 50, 10);
  expect(rounds.at(-1)?.isAlone).toBe(true);
  wire.mend();
  await pass(clock, 50, 10);
  expect(rounds.at(-1)?.isAlone).toBeUndefined();
});

test("A12 a fault that is no outage is told", async () => {
  const faults: unknown[] = [];
  const broken = new Error("broken");
  const line = { ...store, round: () => Promise.reject(broken) } as unknown as MemoryLine; // CAST: nothing else is asked
  const faulty = new Admission({
    ...{ line, clock, random: () => 0, nodeId: () => "x", mostOpen: 1, acceptBelow: settings.acceptBelow },
    comeBackMs: 1,
    onFault: (fault) => faults.push(fault),
  });
  await faulty.open({ granted: () => {}, round: () => {}, tier: () => {} });
  expect(faults).toEqual([broken]);
  expect(faults[0]).not.toBeInstanceOf(Outage);
});
