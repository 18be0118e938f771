import { beforeEach, expect, test } from "vitest";
import type { AgentFactName } from "../../src/contract/events.ts";
import type { Summary, View } from "../../src/contract/shapes.ts";
import type { CareRow, Presence } from "../../src/domain/desk.ts";
import { Inbox, type InboxOptions } from "../../src/domain/inbox.ts";
import { Outage } from "../../src/domain/outage.ts";
import { MemoryDesk } from "../../src/engines/memory/desk.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { pass } from "./stoppable-clock.ts";
import { Wire } from "./wire.ts";

const goneMs = 60_000;
const customer = { class: "guest" } as const;
const li: Presence = { agentId: "li", name: "Li", state: "available", viewing: [] };

let clock: VirtualClock;
let desk: MemoryDesk;
let wire: Wire;
let inbox: Inbox;
let told: { readonly what: string; readonly id: string; readonly value?: unknown }[];

beforeEach(async () => {
  clock = new VirtualClock();
  desk = new MemoryDesk(clock);
  wire = new Wire();
  told = [];
  inbox = await open();
});

async function open(options: Partial<InboxOptions> = {}): Promise<Inbox> {
  const opened = new Inbox({
    desk: wire.over(() => desk),
    clock,
    nodeId: () => "one",
    classOf: () => "guest",
    isWatched: () => true,
    queued: (id, value) => told.push({ what: "place", id, value }),
    viewers: (id, value) => told.push({ what: "viewers", id, value }),
    lost: async (id, { agentId }) => void told.push({ what: "lost", id, value: agentId }),
    abandoned: async (id) => void told.push({ what: "abandoned", id }),
    isOver: async () => false,
    goneMs,
    lifeMs: 3_600_000,
    onFault: (fault) => {
      throw fault;
    },
    ...options,
  });
  await opened.open();
  return opened;
}

function waits(conversationId: string, at: number): CareRow {
  return { conversationId, customer, responder: { kind: "nobody" }, wish: { since: at }, at };
}

const held = (conversationId: string, at: number, agentId = "li"): CareRow => ({
  ...waits(conversationId, at),
  responder: { kind: "agent", name: "Li", agentId },
  wish: null,
});

const valuesOf = (what: string, id: string) =>
  told.flatMap((each) => (each.what === what && each.id === id ? [each.value] : []));

/** A page that keeps its rows as it is told. */
async function openPage(view: View, agentId = "li") {
  const rows = new Map<string, Summary>();
  const send = (fact: AgentFactName, payload: object) => {
    if (fact !== "inbox:changed") return;
    const { conversations, gone } = payload as { conversations: Summary[]; gone: string[] }; // CAST: of that fact
    for (const row of conversations) rows.set(row.conversationId, row);
    for (const id of gone) rows.delete(id);
  };
  const joined = await inbox.join({ agentId, view, send });
  for (const row of joined.rows) rows.set(row.conversationId, row);
  return { ids: () => [...rows.keys()].toSorted(), row: (id: string) => rows.get(id), leave: joined.leave };
}

test("H4 those who wait for a person are told their places, which fall as the line moves and never rise", async () => {
  for (const [at, id] of ["a", "b", "c"].entries()) inbox.list(waits(id, at));
  await pass(clock, 3_000, 100);
  inbox.list(held("a", 10));
  await pass(clock, 3_000, 100);
  // Somebody who has waited for longer than all comes back from another line.
  inbox.list(waits("early", -5));
  await pass(clock, 3_000, 100);
  expect(["a", "b", "c", "early"].map((id) => valuesOf("place", id))).toEqual([[1], [2, 1], [3, 2], [1]]);
  expect(await inbox.placeOf("c")).toBe(3);
  expect(await inbox.placeOf("a")).toBeUndefined();
});

test("X2 H4 a thousand customers who ask for their places at once cost the desk two looks", async () => {
  inbox.list(waits("a", 1));
  const before = wire.calls.length;
  const places = await Promise.all(Array.from({ length: 1_000 }, () => inbox.placeOf("a")));
  expect(new Set(places)).toEqual(new Set([1]));
  expect(wire.calls.slice(before).filter((name) => name === "look").length).toBeLessThanOrEqual(2);
});

test("H5 each view shows what belongs to it, and nothing stays that left it", async () => {
  inbox.list(waits("waits", 1));
  inbox.list(held("mine", 2));
  inbox.list(held("others", 3, "wang"));
  await desk.put([], [{ conversationId: "live", customer, turn: "streaming", changedAt: 1 }]);
  await desk.put([], [{ conversationId: "quiet", customer, changedAt: 1 }]);
  await pass(clock, 3_000, 100);
  const pages = { mine: await openPage("mine"), waiting: await openPage("waiting"), live: await openPage("live") };
  const all = await openPage("all");
  const shown = () => Object.values(pages).map(({ ids }) => ids());
  expect(shown()).toEqual([["mine"], ["waits"], ["live"]]);
  expect(all.ids()).toEqual(["live", "mine", "others", "quiet", "waits"]);
  inbox.list(held("waits", 10));
  inbox.list({ ...waits("mine", 11), responder: { kind: "assistant" }, wish: null });
  await desk.put([], [{ conversationId: "live", customer, changedAt: 2 }]);
  await desk.drop(["quiet"]);
  await pass(clock, 3_000, 100);
  expect(shown()).toEqual([["waits"], [], []]);
  expect(all.ids()).toEqual(["live", "mine", "others", "waits"]);
});

test("H5 N4 what could not be said while the desk was away is said when it is back", async () => {
  inbox.present([li]);
  const page = await openPage("all");
  wire.cut();
  inbox.list(waits("a", 1));
  await pass(clock, 5_000, 100);
  expect(page.ids()).toEqual([]);
  wire.mend();
  await pass(clock, 3_000, 100);
  expect(page.ids()).toEqual(["a"]);
});

test("H6 an agent who is gone for too long loses the conversation, and one who is back in time does not", async () => {
  inbox.present([li, { ...li, agentId: "wang" }]);
  inbox.list(held("a", 1));
  inbox.list(held("b", 2, "wang"));
  await pass(clock, 10_000, 500);
  inbox.present([]);
  await pass(clock, 40_000, 500);
  inbox.present([{ ...li, agentId: "wang" }]);
  await pass(clock, goneMs, 500);
  expect(told.filter(({ what }) => what === "lost").map(({ id, value }) => [id, value])[0]).toEqual(["a", "li"]);
  expect(valuesOf("lost", "b")).toEqual([]);
});

test("H6 an agent whom the desk does not know, because it was lost, is given as long as one who has just left", async () => {
  inbox.list(held("a", 1));
  await pass(clock, goneMs - 5_000, 500);
  expect(valuesOf("lost", "a")).toEqual([]);
  await pass(clock, 10_000, 500);
  expect(valuesOf("lost", "a").length).toBeGreaterThan(0);
});

test("H4 a customer who waits while nobody of the team is there any more is not left alone", async () => {
  inbox.present([li]);
  inbox.list(waits("a", 1));
  await pass(clock, 2 * goneMs, 500);
  expect(told.filter(({ what }) => what === "abandoned")).toEqual([]);
  inbox.present([]);
  await pass(clock, goneMs + 10_000, 500);
  expect(told.filter(({ what }) => what === "abandoned").map(({ id }) => id)).toContain("a");
});

test("C1 a conversation that is over is listed no more, though its agent is there; one that goes on stays, and is seldom asked for", async () => {
  const asked: string[] = [];
  const isOver = async (id: string) => asked.push(id) > 0 && id === "over";
  inbox = await open({ lifeMs: 30_000, isOver });
  inbox.present([li]);
  for (const id of ["over", "goes on"]) inbox.list(held(id, clock.now()));
  await pass(clock, 29_000, 500);
  expect(asked).toEqual([]);
  await pass(clock, 6_000, 500);
  const listed = async () =>
    (await desk.look(0)).rows.filter(({ care }) => care).map(({ conversationId }) => conversationId);
  expect(await listed()).toEqual(["goes on"]);
  await pass(clock, 55_000, 500);
  expect(asked.toSorted()).toEqual(["goes on", "over"]);
  await pass(clock, 10_000, 500);
  expect([asked.length, await listed()]).toEqual([3, ["goes on"]]);
});

test("H6 a conversation that is over is listed no more when nobody can take it", async () => {
  const gone = Object.assign(new Outage(), { code: "not-found" });
  inbox = await open({ lost: () => Promise.reject(gone) });
  inbox.list(held("a", 1));
  await pass(clock, 2 * goneMs, 500);
  expect((await desk.look(0)).rows.filter(({ care }) => care !== null)).toEqual([]);
});

test("H5 who looks at a conversation is told as it changes, everybody once", async () => {
  inbox.present([
    { ...li, viewing: ["a"] },
    { ...li, viewing: ["a", "b"] },
  ]);
  await pass(clock, 1_000, 100);
  inbox.present([{ ...li, viewing: ["b"] }]);
  await pass(clock, 1_000, 100);
  const one = [{ agentId: "li", name: "Li" }];
  expect([valuesOf("viewers", "a"), valuesOf("viewers", "b")]).toEqual([[one, []], [one]]);
});

test("S6 while nobody of the team is there nothing is told of what the assistant writes", async () => {
  const answer = { ref: { conversationId: "a", turnId: "t" }, text: "The tide" };
  // CAST: nothing else of an answer is looked at.
  inbox.text(answer as never);
  await pass(clock, 5_000, 100);
  expect((await desk.look(0)).rows).toEqual([]);
  inbox.present([li]);
  await pass(clock, 5_000, 100);
  inbox.text(answer as never);
  await pass(clock, 5_000, 100);
  expect((await desk.look(0)).rows[0]?.live).toMatchObject({ turn: "streaming", last: { text: "The tide" } });
});

test("H4 an agent who has just come to this node is there at once", async () => {
  inbox.present([li]);
  expect(await inbox.available()).toEqual([expect.objectContaining({ agentId: "li" })]);
});
