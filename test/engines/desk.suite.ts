import { expect, test } from "vitest";
import {
  type CareRow,
  type Desk,
  type DeskLook,
  type LiveRow,
  mostLive,
  type Presence,
  skewMs,
} from "../../src/domain/desk.ts";

const customer = { class: "guest" } as const;

function care(conversationId: string, at: number, more: Partial<CareRow> = {}): CareRow {
  const wish = { since: at, reason: "refund" };
  return { conversationId, customer, responder: { kind: "nobody" }, wish, at, ...more };
}

const back = (conversationId: string, at: number) =>
  care(conversationId, at, { responder: { kind: "assistant" }, wish: null });

function live(conversationId: string, text: string, changedAt = 1): LiveRow {
  return { conversationId, customer, last: { author: "assistant", text, at: 1 }, turn: "streaming", changedAt };
}

const li: Presence = { agentId: "li", name: "Li", state: "available", viewing: ["c1"] };
const idsOf = ({ rows }: DeskLook) => rows.map(({ conversationId }) => conversationId);

/** What a {@link Desk} promises, whatever keeps it. `openDesk` gives a desk of its own. */
export function deskSuite(openDesk: () => Desk | Promise<Desk>): void {
  test("H5 of two nodes that tell of one conversation the later change holds, whoever tells it first", async () => {
    const desk = await openDesk();
    const shown = async () => (await desk.look(0)).rows[0]?.live?.last?.text;
    await desk.put([], [live("c1", 'said "changedAt":99999999 last', 20_000)]);
    await desk.put([], [live("c1", "told late", 19_000)]);
    expect(await shown()).toBe('said "changedAt":99999999 last');
    await desk.put([], [live("c1", "newer", 20_000)]);
    expect(await shown()).toBe("newer");
  });

  test("H5 a node whose clock is far ahead does not keep the others from telling", async () => {
    const desk = await openDesk();
    await desk.put([], [live("c1", "ahead", 1 + skewMs)]);
    await desk.put([], [live("c1", "right", 1)]);
    expect((await desk.look(0)).rows[0]?.live?.last?.text).toBe("right");
  });

  test("H5 whoever looks with the number of the look before is told what has changed since, and nothing else", async () => {
    const desk = await openDesk();
    const empty = await desk.look(0);
    expect(empty.rows).toEqual([]);
    await desk.put([care("c1", 10)], [live("c2", "The tide")]);
    const first = await desk.look(empty.seq);
    expect(first.rows.toSorted((a, b) => (a.conversationId < b.conversationId ? -1 : 1))).toEqual([
      { conversationId: "c1", care: care("c1", 10), live: { conversationId: "c1", customer, changedAt: 0 } },
      { conversationId: "c2", care: null, live: live("c2", "The tide") },
    ]);
    expect((await desk.look(first.seq)).rows).toEqual([]);
    await desk.put([], [live("c2", "The tide comes")]);
    expect(idsOf(await desk.look(first.seq))).toEqual(["c2"]);
    expect(idsOf(await desk.look(0)).toSorted()).toEqual(["c1", "c2"]);
  });

  test("H1 of two rows of one conversation the later one holds, in whatever order they arrive", async () => {
    const desk = await openDesk();
    const taken = care("c1", 20, { responder: { kind: "agent", name: "Li", agentId: "li" }, wish: null });
    await desk.put([taken], []);
    await desk.put([care("c1", 10)], []);
    expect((await desk.look(0)).rows[0]?.care).toEqual(taken);
    await desk.put([back("c1", 30)], []);
    await desk.put([taken], []);
    expect((await desk.look(0)).rows).toEqual([
      { conversationId: "c1", care: null, live: { conversationId: "c1", customer, changedAt: 0 } },
    ]);
  });

  test("H1 what goes on in a conversation does not change in whose hands it is", async () => {
    const desk = await openDesk();
    await desk.put([care("c1", 10)], []);
    await desk.put([], [live("c1", "hello")]);
    expect((await desk.look(0)).rows).toEqual([
      { conversationId: "c1", care: care("c1", 10), live: live("c1", "hello") },
    ]);
    await desk.put([care("c1", 20)], []);
    expect((await desk.look(0)).rows[0]?.live).toEqual(live("c1", "hello"));
  });

  test("H5 one that is over is told as gone", async () => {
    const desk = await openDesk();
    await desk.put([care("c1", 10)], [live("c2", "x")]);
    const { seq } = await desk.look(0);
    await desk.drop(["c1", "nowhere"]);
    expect((await desk.look(seq)).rows).toEqual([{ conversationId: "c1", care: null, live: null }]);
  });

  test("H5 of very many conversations of the assistant the latest are listed, and those in other hands all", async () => {
    const desk = await openDesk();
    await desk.put([care("waits", 1)], []);
    for (let from = 0; from < mostLive + 50; from += 50) {
      await desk.put(
        [],
        Array.from({ length: 50 }, (_, at) => live(`c${from + at}`, "x")),
      );
    }
    const { rows } = await desk.look(0);
    const listed = rows.filter((row) => row.care ?? row.live);
    expect(listed).toHaveLength(mostLive + 1);
    expect(listed.map(({ conversationId }) => conversationId)).toContain("waits");
    expect(listed.map(({ conversationId }) => conversationId)).not.toContain("c49");
    expect(listed.map(({ conversationId }) => conversationId)).toContain("c50");
    expect(rows.filter((row) => !(row.care ?? row.live))).toHaveLength(50);
  });

  test("H5 H6 who is there is told of all nodes, and when those who left were seen last", async () => {
    const desk = await openDesk();
    const wang: Presence = { agentId: "wang", name: "王", state: "away", viewing: [] };
    await desk.here("one", [li]);
    await desk.here("two", [wang, li]);
    const { present, unseenMs } = await desk.look(0);
    expect(present.map(({ agentId }) => agentId).toSorted()).toEqual(["li", "li", "wang"]);
    expect([...unseenMs.keys()].toSorted()).toEqual(["li", "wang"]);
    await desk.here("two", []);
    const left = await desk.look(0);
    expect(left.present).toEqual([li]);
    expect(left.unseenMs.get("wang")).toBeLessThan(1_000);
  });

  test("H5 saying the same again changes nothing but the number", async () => {
    const desk = await openDesk();
    for (let at = 0; at < 3; at++) await desk.put([care("c1", 10)], [live("c2", "x")]);
    expect((await desk.look(0)).rows).toHaveLength(2);
    await desk.put([], []);
    await desk.drop([]);
  });

  test("H5 texts come back as they are", async () => {
    const desk = await openDesk();
    const text = 'a|b "c" \\ \n 中文 🌊 {"at":1}';
    await desk.put([care("c1", 1, { wish: { since: 1, reason: text } })], [live("c1", text)]);
    const [row] = (await desk.look(0)).rows;
    expect([row?.care?.wish?.reason, row?.live?.last?.text]).toEqual([text, text]);
  });
}
