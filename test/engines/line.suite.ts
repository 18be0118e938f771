import { expect, test } from "vitest";
import type { CustomerClass } from "../../src/contract/shapes.ts";
import type { Grant, News } from "../../src/domain/line.ts";
import { LineWorld, type OpenLine, smallLine } from "./line.world.ts";

/** Enters `count` conversations of a class, named by it. */
async function crowd(world: LineWorld, name: CustomerClass, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, at) => `${name}${at}`);
  for (const id of ids) await world.enter(id, name);
  return ids;
}

const countOf = (ids: readonly string[], name: string) => ids.filter((id) => id.startsWith(name)).length;

const held = { kind: "held" };

/** Somebody who was granted a start for those messages; nothing more may begin for now. */
async function granted(open: OpenLine, asks: readonly string[]): Promise<{ world: LineWorld; grant: Grant }> {
  const world = await LineWorld.open(open, { full: true });
  const entered = await world.line.enter({ conversationId: "li", class: "guest", asks }, "one");
  if (entered.kind !== "granted") throw new Error("it did not begin");
  await world.round("one", { taken: [entered.grant] });
  await world.drain(4);
  return { world, grant: entered.grant };
}

/** What {@link Line} promises, whatever keeps it. */
export function lineSuite(open: OpenLine): void {
  test("A1 the bucket is full at first, and who comes then begins at once", async () => {
    const world = await LineWorld.open(open, { full: true });
    const entered = [];
    for (let at = 0; at < 6; at++) entered.push((await world.enter(`c${at}`)).kind);
    expect(entered).toEqual([...Array(5).fill("granted"), "waiting"]);
  });

  test("A1 after that as many begin as time allows, and never more than the burst at once", async () => {
    const world = await LineWorld.open(open);
    await crowd(world, "guest", 50);
    expect(await world.after(99)).toEqual([]);
    expect(await world.after(1)).toEqual(["guest0"]);
    expect(await world.after(300)).toEqual(["guest1", "guest2", "guest3"]);
    expect(await world.after(60_000)).toHaveLength(5);
  });

  test("A5 a grant whose reply is lost before its node holds its first round is told in that round", async () => {
    const world = await LineWorld.open(open, { full: true });
    await world.line.enter({ conversationId: "c0", class: "guest" }, "new");
    expect((await world.round("one")).granted).toEqual([]);
    const { granted } = await world.round("new");
    expect(granted.map(({ conversationId }) => conversationId)).toEqual(["c0"]);
    expect((await world.round("new", { taken: granted })).granted).toEqual([]);
  });

  test("A1 a lower tier has its own bucket at once, and a higher one fills up from what is left", async () => {
    const world = await LineWorld.open(open, { full: true });
    await world.line.steer({ tier: "degraded" });
    const entered = [];
    for (let at = 0; at < 3; at++) entered.push((await world.enter(`c${at}`)).kind);
    expect(entered).toEqual(["granted", "waiting", "waiting"]);
    expect(await world.after(0)).toEqual(["c0"]);
    expect(await world.after(1_000)).toEqual(["c1"]);
    await world.line.steer({ tier: "high" });
    expect((await world.round()).tier).toBe("high");
    expect(await world.after(100)).toEqual(["c2"]);
  });

  test("A2 each class is served in the order in which it came", async () => {
    const world = await LineWorld.open(open);
    const ids = await crowd(world, "member", 20);
    const served: string[] = [];
    for (let at = 0; at < 20; at++) served.push(...(await world.after(100)));
    expect(served).toEqual(ids);
  });

  test("A2 while all classes wait the starts are shared six to three to one", async () => {
    const settings = { ...smallLine, acceptBelow: { vip: 1_000, member: 1_000, guest: 1_000 } };
    const world = await LineWorld.open(open, { settings });
    for (const name of ["guest", "member", "vip"] as const) await crowd(world, name, 80);
    const served: string[] = [];
    for (let at = 0; at < 100; at++) served.push(...(await world.after(100)));
    expect(["vip", "member", "guest"].map((name) => countOf(served, name))).toEqual([60, 30, 10]);
  });

  test("A2 what a class leaves flows to the others, and when it comes back it has saved nothing up", async () => {
    const settings = { ...smallLine, acceptBelow: { vip: 1_000, member: 1_000, guest: 1_000 } };
    const world = await LineWorld.open(open, { settings });
    for (const name of ["guest", "member"] as const) await crowd(world, name, 80);
    const first: string[] = [];
    for (let at = 0; at < 40; at++) first.push(...(await world.after(100)));
    expect(["vip", "member", "guest"].map((name) => countOf(first, name))).toEqual([0, 30, 10]);
    await crowd(world, "vip", 50);
    const then: string[] = [];
    for (let at = 0; at < 50; at++) then.push(...(await world.after(100)));
    // A share is exact but for the one start that is under way.
    for (const [name, share] of [
      ["vip", 30],
      ["member", 15],
      ["guest", 5],
    ] as const)
      expect(Math.abs(countOf(then, name) - share)).toBeLessThanOrEqual(1);
  });

  test("A2 a class whose first has waited for long counts for up to three times as much", async () => {
    const settings = { ...smallLine, ageingMs: 1_000, weights: { vip: 3, member: 1, guest: 1 } };
    const world = await LineWorld.open(open, { settings });
    await crowd(world, "guest", 40);
    world.clock.advance(10_000);
    await world.round("one", { room: 0 });
    await world.drain(5);
    const ids = Array.from({ length: 40 }, (_, at) => `vip${at}`);
    const served: string[] = [];
    for (let at = 0; at < 16; at++) {
      // The first of them has always just come.
      await world.enter(ids[at] ?? "", "vip");
      served.push(...(await world.after(100)));
    }
    expect(Math.abs(countOf(served, "guest") - countOf(served, "vip"))).toBeLessThanOrEqual(6);
    expect(countOf(served, "guest")).toBeGreaterThan(5);
  });

  test("A3 newcomers are shed, guests first, while those above them are still taken", async () => {
    const world = await LineWorld.open(open);
    await crowd(world, "guest", 60);
    expect(await world.enter("late", "guest")).toEqual({ kind: "shed", waiting: 60 });
    await crowd(world, "member", 25);
    expect((await world.enter("late", "member")).kind).toBe("shed");
    await crowd(world, "vip", 15);
    expect((await world.enter("late", "vip")).kind).toBe("shed");
    expect((await world.round()).waiting).toBe(100);
    expect(await world.line.find("late")).toBeNull();
    expect((await world.line.enter({ conversationId: "late", class: "guest", owed: true }, "one")).kind).toBe(
      "waiting",
    );
  });

  test("A4 a conversation that waits keeps its one place, whoever asks again and from wherever", async () => {
    const world = await LineWorld.open(open, { nodes: ["one", "two"] });
    const first = await world.enter("li", "guest");
    await world.enter("wang", "guest");
    expect(await world.enter("li", "guest", "two")).toEqual(first);
    expect(await world.position("li")).toBe(1);
    expect((await world.round()).waiting).toBe(2);
  });

  test("A4 what is asked behind a running answer waits from its end on, once", async () => {
    const world = await LineWorld.open(open, { full: true });
    const entered = await world.enter("li");
    if (entered.kind !== "granted") throw new Error("it did not begin");
    const grants = [entered.grant];
    await world.drain(4);
    expect([(await world.enter("li")).kind, (await world.enter("li")).kind]).toEqual(["held", "held"]);
    expect(await world.position("li")).toBeNull();
    expect((await world.round()).waiting).toBe(1);
    await world.enter("wang");
    const { queued } = await world.round("one", { taken: grants, ended: grants });
    expect(queued).toEqual([{ conversationId: "li", class: "guest", ticket: 2 }]);
    expect([await world.position("wang"), await world.position("li")]).toEqual([1, 2]);
    expect(await world.after(1_000)).toEqual(["wang", "li"]);
  });

  test("A4 A6 what an answer has answered as well keeps no place: nobody stands behind one who is not there", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    await world.ask("li", "m2");
    // Sent again, and only looked after.
    expect([await world.ask("li", "m1"), await world.ask("li", "m2"), await world.ask("li")]).toEqual(
      Array(3).fill(held),
    );
    expect((await world.round()).waiting).toBe(1);
    await world.enter("wang");
    const { queued, waiting, lines } = await world.round("one", { ended: [{ ...grant, answered: ["m2", "m1"] }] });
    expect([queued, waiting, lines.guest.next]).toEqual([[], 1, 2]);
    expect(await world.position("li")).toBeNull();
    await world.enter("zhao");
    expect([await world.enter("li"), await world.position("zhao")]).toMatchObject([{ position: 3 }, 2]);
  });

  test("A4 what an answer has not answered stands in line from its end on, and behind the next answer too", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    for (const id of ["m2", "m3"]) await world.ask("li", id);
    const { queued } = await world.round("one", { ended: [{ ...grant, answered: ["m1"] }] });
    expect(queued).toMatchObject([{ conversationId: "li", ticket: 1 }]);
    await world.ask("li", "m4");
    world.clock.advance(100);
    const [next] = (await world.round()).granted;
    // The store was slow to take what it was to answer.
    const over = (answered: string[]) => ({ taken: [next], ended: [{ ...next, answered }] }) as Partial<News>;
    expect((await world.round("one", over(["m4", "m2"]))).queued).toMatchObject([{ conversationId: "li", ticket: 2 }]);
  });

  test("A4 A5 what is not found after a start is not looked for again, unless it has come since", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    await world.ask("li", "m2");
    expect((await world.round("one", { ended: [grant] })).queued).toMatchObject([{ conversationId: "li" }]);
    world.clock.advance(100);
    const { granted: next } = await world.round();
    expect(next).toMatchObject([{ conversationId: "li" }]);
    expect(await world.round("one", { taken: next, ended: next })).toMatchObject({ queued: [], waiting: 0 });
  });

  test("A4 a start that is put back is looked after by whoever is granted it: what has come meanwhile waits for the end", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    await world.line.again(grant, 0);
    expect(await world.ask("li", "m2")).toEqual(held);
    world.clock.advance(100);
    const { granted: again } = await world.round();
    expect(again).toMatchObject([{ conversationId: "li" }]);
    expect((await world.round("one", { taken: again, ended: again })).queued).toMatchObject([{ conversationId: "li" }]);
  });

  test("A4 A7 U4 whoever gives up what waits behind an answer gives up no more, also while that is to be tried again", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    await world.ask("li", "m2");
    await world.line.again(grant, 1_000);
    expect(await world.line.leave("li")).toBe(false);
    expect((await world.round()).waiting).toBe(1);
    expect(await world.after(1_000)).toEqual(["li"]);
  });

  test("A4 A7 whoever gives up one question keeps the place of those that came beside it", async () => {
    const world = await LineWorld.open(open);
    for (const id of ["m1", "m2", "m3"]) await world.ask("li", id);
    await world.ask("wang", "m1");
    expect(await world.line.leave("li", ["m1", "m3"])).toBe(false);
    expect(await world.position("li")).toBe(1);
    expect(await world.line.leave("li", ["m2", "m9"])).toBe(true);
    expect([await world.position("li"), await world.position("wang")]).toEqual([null, 1]);
  });

  test("A4 A7 behind an answer only what is named is given up", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    for (const id of ["m2", "m3"]) await world.ask("li", id);
    expect(await world.line.leave("li", ["m2"])).toBe(false);
    expect((await world.round()).waiting).toBe(1);
    expect((await world.round("one", { ended: [{ ...grant, answered: ["m1"] }] })).queued).toHaveLength(1);
    const other = await granted(open, ["m1"]);
    await other.world.ask("li", "m2");
    await other.world.line.leave("li", ["m2"]);
    expect((await other.world.round()).waiting).toBe(0);
    const ended = [{ ...other.grant, answered: ["m1"] }];
    expect(await other.world.round("one", { ended })).toMatchObject({ waiting: 0, queued: [] });
  });

  test("A7 A8 whoever gives up what was taken back stands in nobody's way", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    await world.line.recover("one", []);
    await world.round("two");
    expect(await world.line.leave("li", ["m1"])).toBe(true);
    expect(await world.round("two")).toMatchObject({ waiting: 0, lines: { guest: { before: [] } } });
    expect(grant.conversationId).toBe("li");
  });

  test("A4 S10 U4 an answer that ends while it is to be tried again leaves the line, and what waits behind it stands there", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    await world.line.again(grant, 1_000);
    expect(await world.round("one", { ended: [{ ...grant, answered: ["m1"] }] })).toMatchObject({
      waiting: 0,
      queued: [],
    });
    const other = await granted(open, ["m1"]);
    await other.world.ask("li", "m2");
    await other.world.line.again(other.grant, 1_000);
    const ended = [{ ...other.grant, answered: ["m1"] }];
    expect(await other.world.round("one", { ended })).toMatchObject({ waiting: 1, queued: [{ conversationId: "li" }] });
    expect(await other.world.after(100)).toEqual(["li"]);
  });

  test("A4 of very many questions not all are known by name: what is left waits as one", async () => {
    const { world, grant } = await granted(open, ["m0"]);
    const ids = Array.from({ length: 30 }, (_, at) => `m${at}`);
    for (const id of ids) expect(await world.ask("li", id)).toEqual(held);
    expect((await world.round("one", { ended: [{ ...grant, answered: ids }] })).queued).toHaveLength(1);
    world.clock.advance(100);
    const { granted: next } = await world.round();
    expect(
      (await world.round("one", { taken: next, ended: next.map((each) => ({ ...each, answered: [] })) })).waiting,
    ).toBe(0);
  });

  test("A6 A8 whoever had left the line to begin, and was put back, has no place: each would be a higher one", async () => {
    const world = await LineWorld.open(open);
    for (const id of ["li", "wang"]) await world.enter(id);
    world.clock.advance(200);
    const { granted } = await world.round();
    for (const grant of granted) await world.line.again(grant, 0);
    expect((await world.round()).lines.guest.before).toEqual([1, 2]);
    expect(await world.line.find("wang")).toEqual({ at: { class: "guest", ticket: 2 }, position: null, nodeId: "one" });
  });

  test("A4 A8 the end of an answer that was told twice ends no other one", async () => {
    const world = await LineWorld.open(open, { full: true });
    const entered = await world.enter("li");
    if (entered.kind !== "granted") throw new Error("it did not begin");
    await world.enter("li");
    const ended = { taken: [entered.grant], ended: [entered.grant] };
    const { granted } = await world.round("one", ended);
    expect(granted.map(({ conversationId }) => conversationId)).toEqual(["li"]);
    expect((await world.round("one", ended)).granted).toEqual(granted);
    expect((await world.enter("li")).kind).toBe("held");
  });

  test("A5 a start that becomes free is not a newcomer's while anybody waits", async () => {
    const world = await LineWorld.open(open);
    await crowd(world, "guest", 2);
    world.clock.advance(300);
    expect((await world.enter("late", "vip")).kind).toBe("waiting");
    expect(await world.after(0)).toEqual(["late", "guest0", "guest1"]);
  });

  test("A5 A10 answers without a text hold the others up, and a first text lets the next begin", async () => {
    const world = await LineWorld.open(open, { full: true });
    await world.line.steer({ starting: 2 });
    const entered = [await world.enter("c0"), await world.enter("c1"), await world.enter("c2")];
    expect(entered.map(({ kind }) => kind)).toEqual(["granted", "granted", "waiting"]);
    const [first] = (await world.round()).granted;
    if (first === undefined) throw new Error("nothing was granted");
    expect((await world.round()).starting).toBe(2);
    const { granted } = await world.round("one", { begun: [first] });
    expect(granted.map(({ conversationId }) => conversationId)).toContain("c2");
  });

  test("A10 a pause holds everything up for as long as it was said, and no burst follows it", async () => {
    const world = await LineWorld.open(open, { full: true });
    await world.line.steer({ pause: { classes: ["vip", "member", "guest"], ms: 500 } });
    for (let at = 0; at < 3; at++) expect((await world.enter(`c${at}`)).kind).toBe("waiting");
    expect(await world.after(499)).toEqual([]);
    expect(await world.after(100)).toEqual([]);
    expect(await world.after(1)).toEqual(["c0"]);
    expect(await world.after(200)).toEqual(["c1", "c2"]);
  });

  test("A10 a shorter pause does not end a longer one", async () => {
    const world = await LineWorld.open(open, { full: true });
    await world.line.steer({ pause: { classes: ["guest"], ms: 1_000 } });
    await world.line.steer({ pause: { classes: ["guest"], ms: 100 } });
    await world.enter("li");
    expect(await world.after(999)).toEqual([]);
    expect(await world.after(1)).toEqual(["li"]);
  });

  test("A10 a class that is paused keeps its places while the others go on, and catches nothing up", async () => {
    const world = await LineWorld.open(open);
    await world.line.steer({ pause: { classes: ["vip"], ms: 1_000 } });
    for (const name of ["vip", "member"] as const) await crowd(world, name, 30);
    const meanwhile: string[] = [];
    for (let at = 0; at < 9; at++) meanwhile.push(...(await world.after(100)));
    expect(meanwhile).toEqual(Array.from({ length: 9 }, (_, at) => `member${at}`));
    expect(await world.position("vip0")).toBe(1);
    const then: string[] = [];
    for (let at = 0; at < 10; at++) then.push(...(await world.after(100)));
    // It begins where the others are, which may be a start of theirs behind.
    expect(Math.abs(countOf(then, "vip") - 6)).toBeLessThanOrEqual(2);
  });

  test("A10 a newcomer of a class that is not paused begins though others wait for their pause to end", async () => {
    const world = await LineWorld.open(open);
    await world.line.steer({ pause: { classes: ["guest"], ms: 5_000 } });
    await world.enter("li", "guest");
    world.clock.advance(1_000);
    await world.enter("wang", "vip");
    expect(await world.after(0)).toEqual(["wang"]);
  });

  test("A10 a pause for nobody's relief leaves the others their burst", async () => {
    const world = await LineWorld.open(open, { full: true });
    for (let at = 0; at < 3; at++) {
      world.clock.advance(1_000);
      await world.line.steer({ pause: { classes: ["guest"], ms: 5_000, keepsStarts: true } });
    }
    expect((await world.enter("li", "guest")).kind).toBe("waiting");
    for (let at = 0; at < 6; at++) await world.enter(`v${at}`, "vip");
    expect(await world.after(0)).toEqual(["v0", "v1", "v2", "v3", "v4"]);
  });

  test("A10 with a ramp the starts a second rise no faster than it allows, and fall back in a lull", async () => {
    const tiers = { ...smallLine.tiers, high: { perSecond: 1_000, burst: 1_000 } };
    const acceptBelow = { vip: 9_000, member: 9_000, guest: 9_000 };
    const settings = { ...smallLine, tiers, acceptBelow, rampPerSecond: 50 };
    const world = await LineWorld.open(open, { settings, full: true });
    await crowd(world, "guest", 600);
    const perSecond: number[] = [];
    for (let second = 0; second < 3; second++) {
      let served = 0;
      for (let at = 0; at < 40; at++) served += (await world.after(25)).length;
      perSecond.push(served);
    }
    // 50 a second at first, 50 more a second in each second: 75, 125, 175 on average.
    for (const [at, expected] of [75, 125, 175].entries())
      expect(Math.abs((perSecond[at] ?? 0) - expected)).toBeLessThanOrEqual(6);
    await world.after(30_000);
    let served = 0;
    for (let at = 0; at < 40; at++) served += (await world.after(25)).length;
    expect(served).toBeLessThanOrEqual(100);
  });

  test("A10 a node without room is given nothing; another one answers, and a node that was silent for long is asked neither", async () => {
    const world = await LineWorld.open(open, { nodes: ["one", "two"] });
    await world.round("one", { room: 0 });
    await world.enter("li", "guest", "one");
    world.clock.advance(1_000);
    expect((await world.round("one", { room: 0 })).granted).toEqual([]);
    expect(await world.after(0, "two")).toEqual(["li"]);
    await world.enter("wang", "guest", "one");
    world.clock.advance(3_000);
    // Its room was told too long ago to count.
    expect((await world.round("two", { room: 0 })).granted).toEqual([]);
    expect(await world.after(0, "one")).toEqual(["wang"]);
  });

  test("U4 an answer that is to be tried again is its own node's, which needs no room for it", async () => {
    const world = await LineWorld.open(open, { full: true, nodes: ["one", "two"] });
    const entered = await world.enter("li", "guest", "one");
    if (entered.kind !== "granted") throw new Error("it did not begin");
    await world.round("one", { taken: [entered.grant] });
    expect(await world.line.again(entered.grant, 100)).toBe(true);
    world.clock.advance(200);
    await world.round("one", { room: 0 });
    expect((await world.round("two")).granted).toEqual([]);
    expect((await world.round("one", { room: 0 })).granted).toMatchObject([{ conversationId: "li", class: "guest" }]);
  });

  test("A12 A1 what was begun beside the line is taken out of its bucket", async () => {
    const world = await LineWorld.open(open, { full: true });
    await world.line.steer({ spent: 7 });
    await crowd(world, "guest", 3);
    expect(await world.after(200)).toEqual([]);
    expect(await world.after(100)).toEqual(["guest0"]);
  });

  test("A5 a grant is told until it is taken, and takes room meanwhile", async () => {
    const world = await LineWorld.open(open);
    await crowd(world, "guest", 3);
    world.clock.advance(300);
    const { granted } = await world.round("one", { room: 2 });
    expect(granted.map(({ conversationId }) => conversationId)).toEqual(["guest0", "guest1"]);
    expect((await world.round("one", { room: 2 })).granted).toEqual(granted);
    const { granted: third } = await world.round("one", { room: 1, taken: granted });
    expect(third.map(({ conversationId }) => conversationId)).toEqual(["guest2"]);
  });

  test("A6 a position is the distance of its ticket from the head, less those who left in between", async () => {
    const world = await LineWorld.open(open);
    await crowd(world, "guest", 30);
    await world.after(500);
    for (const id of ["guest7", "guest9", "guest20"]) expect(await world.line.leave(id)).toBe(true);
    const { lines, left, leftSeen } = await world.round();
    const found = await world.line.find("guest15");
    const between = left.filter(({ ticket }) => ticket >= lines.guest.head && ticket < (found?.at.ticket ?? 0));
    expect(found?.position).toBe(1 + (found?.at.ticket ?? 0) - lines.guest.head - between.length);
    expect(found?.position).toBe(15 - 5 - 2 + 1);
    expect((await world.round("one", { leftSeen })).left).toEqual([]);
    expect(lines.guest.next).toBe(31);
  });

  test("A7 who leaves moves the others up, and comes back to the end of the line", async () => {
    const world = await LineWorld.open(open);
    await crowd(world, "guest", 3);
    expect(await world.line.leave("guest0")).toBe(true);
    expect(await world.line.leave("guest0")).toBe(false);
    expect(await world.position("guest1")).toBe(1);
    await world.enter("guest0");
    expect(await world.position("guest0")).toBe(3);
  });

  test("A8 what a dead node was to answer stands before all newcomers, at its own tickets, and moves nobody back", async () => {
    const world = await LineWorld.open(open, { nodes: ["one", "two"] });
    for (const id of ["a", "b", "c", "d", "e"]) await world.enter(id, "guest", "two");
    world.clock.advance(300);
    const { granted } = await world.round("two");
    expect(granted).toHaveLength(3);
    // Two of them it has begun, one it never heard of; of one that is in no line it is known to have worked at it.
    await world.round("two", { taken: granted.slice(0, 2) });
    const positions = [await world.position("d"), await world.position("e")];
    const work = ["b", "a", "gone"].map((conversationId) => ({ conversationId, class: "guest" as const }));
    await world.line.recover("two", work);
    expect([await world.position("d"), await world.position("e")]).toEqual(positions);
    expect((await world.round()).lines.guest.before).toEqual([0, 1, 2, 3]);
    expect(await world.after(400)).toEqual(["gone", "a", "b", "c"]);
    for (const grant of granted) expect(await world.line.again(grant, 0)).toBe(false);
  });

  test("A4 A8 what a dead node worked at is looked for though the question that waits there is given up", async () => {
    const world = await LineWorld.open(open, { nodes: ["one", "two"] });
    await world.enter("wang");
    // What the dead node had begun was granted by itself, while the line was out of its reach.
    await world.ask("li", "m1");
    const work = ["li", "new"].map((conversationId) => ({ conversationId, class: "guest" as const }));
    for (let time = 0; time < 2; time++) await world.line.recover("two", work);
    await world.ask("new", "m1");
    for (const id of ["li", "new"]) expect(await world.line.leave(id, ["m1"])).toBe(false);
    world.clock.advance(400);
    const { granted } = await world.round();
    expect(granted.map(({ conversationId }) => conversationId)).toEqual(["new", "wang", "li"]);
    const ended = granted.map((grant) => ({ ...grant, answered: ["m0"] }));
    expect(await world.round("one", { taken: granted, ended })).toMatchObject({ waiting: 0, queued: [] });
    expect((await world.ask("li", "m2")).kind).toBe("granted");
  });

  test("A4 A8 what a dead node worked at is looked for though what had been granted behind it is given up", async () => {
    const { world, grant } = await granted(open, ["m1"]);
    await world.line.recover("two", [{ conversationId: "li", class: "guest" }]);
    await world.ask("li", "m2");
    await world.line.again(grant, 0);
    expect(await world.line.leave("li", ["m1", "m2"])).toBe(false);
    expect(await world.after(100)).toEqual(["li"]);
  });

  test("A4 A8 what is asked behind an answer that was put back waits from its end on", async () => {
    const world = await LineWorld.open(open, { full: true });
    const entered = await world.enter("li");
    if (entered.kind !== "granted") throw new Error("it did not begin");
    await world.round("one", { taken: [entered.grant] });
    expect(await world.line.again(entered.grant, 0)).toBe(true);
    expect((await world.enter("li")).kind).toBe("held");
    const { granted } = await world.round();
    await world.round("one", { taken: granted, ended: granted });
    expect((await world.round()).granted.map(({ conversationId }) => conversationId)).toEqual(["li"]);
  });

  test("U4 a start that failed is put back at its own ticket and granted again when its time has come", async () => {
    const world = await LineWorld.open(open);
    await crowd(world, "guest", 3);
    await world.after(100);
    await world.enter("li", "guest");
    world.clock.advance(200);
    const { granted } = await world.round();
    const [first] = granted;
    if (first === undefined) throw new Error("nothing was granted");
    await world.round("one", { taken: granted });
    expect(await world.line.again(first, 1_000)).toBe(true);
    expect(await world.line.again(first, 1_000)).toBe(false);
    expect((await world.round()).waiting).toBe(2);
    expect(await world.after(900)).toEqual(["li"]);
    expect(await world.after(100)).toEqual([first.conversationId]);
  });

  test("A12 A6 in a line that follows on a lost one everybody stands at their own ticket, and newcomers behind them", async () => {
    const world = await LineWorld.open(open);
    const kept = (...tickets: number[]) =>
      tickets.map((ticket) => ({ conversationId: `c${ticket}`, class: "guest" as const, ticket }));
    await world.line.restore(kept(2_007, 2_003), "one", "the one before");
    await world.line.restore(kept(2_005, 2_003), "two", "the one before");
    expect(await world.line.find("c2005")).toMatchObject({
      at: { class: "guest", ticket: 2_005 },
      position: 2,
      nodeId: "two",
    });
    const entered = await world.line.enter({ conversationId: "new", class: "guest" }, "one");
    expect(entered).toEqual({ kind: "waiting", at: { class: "guest", ticket: 2_008 }, position: 4 });
    expect((await world.round()).lines.guest).toMatchObject({ head: 2_003, next: 2_009, before: [] });
    expect(await world.after(400)).toEqual(["c2003", "c2005", "c2007", "new"]);
  });

  test("A12 A6 who comes to a line that follows on a lost one stands at the own ticket, and is told no position yet", async () => {
    const world = await LineWorld.open(open);
    const known = { life: "the one before" };
    const enter = (conversationId: string, ticket?: number) =>
      world.line.enter({ conversationId, class: "guest", asks: ["m1"] }, "one", {
        ...known,
        ...(ticket !== undefined && { ticket }),
      });
    const at = (ticket: number) => ({ at: { class: "guest", ticket }, position: null });
    expect(await enter("c2007", 2_007)).toEqual({ kind: "waiting", ...at(2_007) });
    expect(await enter("new")).toEqual({ kind: "waiting", ...at(2_008) });
    expect(await enter("c2003", 2_003)).toEqual({ kind: "waiting", ...at(2_003) });
    // In line it has the lower of two tickets.
    expect(await enter("c2003", 2_009)).toEqual({ kind: "waiting", ...at(2_003) });
    expect(await enter("late")).toEqual({ kind: "waiting", ...at(2_009) });
    expect(await enter("late", 2_001)).toEqual({ kind: "waiting", ...at(2_001) });
    expect(await world.line.leave("late")).toBe(true);
    expect(await world.line.find("new", known)).toEqual({ ...at(2_008), nodeId: "one", isOther: true });
    expect(await world.line.find("new")).toMatchObject({ position: 3 });
    expect((await world.round()).lines.guest).toMatchObject({ head: 2_003, next: 2_010, before: [] });
    // Who gives the question up leaves, as anywhere.
    expect(await world.line.leave("c2003", ["m1"])).toBe(true);
    expect(await world.after(400)).toEqual(["c2007", "new"]);
  });

  test("A12 who is given back to a line after having come there as a newcomer stands at the own ticket", async () => {
    const world = await LineWorld.open(open);
    const life = "the one before";
    await world.line.restore([{ conversationId: "c5", class: "guest", ticket: 5 }], "two", life);
    for (const id of ["new", "c3", "c9"])
      await world.line.enter({ conversationId: id, class: "guest" }, "one", { life });
    const kept = (ticket: number, id = `c${ticket}`) => ({ conversationId: id, class: "guest" as const, ticket });
    await world.line.restore([kept(3), kept(9), kept(90, "new")], "two", life);
    expect(await world.line.find("c3")).toMatchObject({ at: { ticket: 3 }, position: 1 });
    expect((await world.round()).waiting).toBe(4);
    expect(await world.after(500)).toEqual(["c3", "c5", "new", "c9"]);
  });

  test("A8 A12 what a lost line had granted is put before all others, also one who has come as a newcomer meanwhile", async () => {
    const world = await LineWorld.open(open, { nodes: ["one", "two"] });
    const origin = { life: "the one before", nodeId: "two" };
    const grantOf = (conversationId: string) => ({
      conversationId,
      class: "guest" as const,
      number: 9,
      isFree: false,
      origin,
    });
    for (const id of ["wang", "known", "zhao"]) await world.ask(id, "m1");
    for (const id of ["new", "known"]) {
      expect(await world.line.again(grantOf(id), 100)).toBe(true);
      expect(await world.line.find(id)).toEqual({ at: { class: "guest", ticket: 0 }, position: null, nodeId: "two" });
      // What waits there already is another's.
      expect(await world.line.again(grantOf(id), 0)).toBe(false);
    }
    expect(await world.position("zhao")).toBe(2);
    const { left, waiting } = await world.round();
    expect([left, waiting]).toEqual([[{ class: "guest", ticket: 2 }], 4]);
    expect(await world.after(400, "two")).toEqual(["known", "new"]);
    expect(await world.after(0)).toEqual(["wang", "zhao"]);
    // The line that gave it is this one, and knows better.
    const { life } = await world.round();
    expect(await world.line.again({ ...grantOf("nobody"), origin: { life, nodeId: "two" } }, 0)).toBe(false);
  });

  test("A12 a line that was lost is put together again in the order of its tickets, from what each node kept", async () => {
    const world = await LineWorld.open(open);
    const kept = (...tickets: number[]) =>
      tickets.map((ticket) => ({ conversationId: `c${ticket}`, class: "guest" as const, ticket }));
    await world.enter("new");
    await world.enter("c9");
    await world.line.restore(kept(7, 3, 9), "one");
    await world.line.restore(kept(5, 3), "two");
    expect(await world.after(500)).toEqual(["c3", "c5", "c7", "new", "c9"]);
  });
}
