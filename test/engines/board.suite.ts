import { expect, test } from "vitest";
import { type Board, forgottenMs } from "../../src/domain/board.ts";
import { noOrders, type Orders, ordered } from "../../src/domain/orders.ts";
import { counted, figures } from "../domain/figures.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** Gives what opens the side of one more node on the same board. */
export type OpenBoard = (clock: VirtualClock) => () => Board;

const held = (before: Orders = noOrders): Orders =>
  ordered(before, { kind: "tier", tier: "medium" }, { by: "Mei 梅\n|", at: 7 });

/** What {@link Board} promises, whatever keeps it. */
export function boardSuite(openBoard: OpenBoard): void {
  test("every node is told as it told of itself last, with how long ago that was", async () => {
    const clock = new VirtualClock();
    const open = openBoard(clock);
    const [one, two] = [open(), open()];
    await one.tell("one", figures({ customers: 1 }));
    const told = figures({
      name: "h|{}:2",
      counted: counted({ starts: 3 }, { "rate-limit": 2 }, { 5: 1 }),
      quietMs: { "a|b": 40 },
      troubles: [{ code: "slow", about: "m", count: 2, firstMs: 9, lastMs: 1 }],
    });
    clock.advance(300);
    await two.tell("two", told);
    clock.advance(700);
    const { nodes, orders } = await one.tell("one", figures({ customers: 2 }));
    expect([...nodes].sort().map(([nodeId, heard]) => [nodeId, heard.heardMs, heard.figures])).toEqual([
      ["one", 0, figures({ customers: 2 })],
      ["two", 700, told],
    ]);
    expect(orders).toEqual(noOrders);
  });

  test("a node that falls silent stays until it is forgotten; one that leaves is gone at once", async () => {
    const clock = new VirtualClock();
    const open = openBoard(clock);
    const [one, two, three] = [open(), open(), open()];
    await two.tell("two", figures());
    await three.tell("three", figures());
    await three.leave("three");
    await three.leave("never there");
    clock.advance(forgottenMs);
    const { nodes } = await one.tell("one", figures());
    expect([nodes.get("two")?.heardMs, nodes.size]).toEqual([forgottenMs, 2]);
    clock.advance(1);
    expect([...(await one.tell("one", figures())).nodes.keys()]).toEqual(["one"]);
  });

  test("orders are known to all, and of two who change the same ones the first is heard", async () => {
    const open = openBoard(new VirtualClock());
    const [one, two] = [open(), open()];
    await two.tell("two", figures());
    expect(await one.order(held(), 0)).toBe(true);
    expect(await two.order({ ...held(), tier: null }, 0)).toBe(false);
    expect((await two.tell("two", figures())).orders).toEqual(held());
    const next = ordered(held(), { kind: "guests", minutes: 3 }, { by: "Li", at: 9 });
    expect(await two.order(next, 1)).toBe(true);
    expect(await two.order(next, 1)).toBe(false);
    expect((await one.tell("one", figures())).orders).toEqual(next);
    expect((await one.tell("one", figures())).orders).toEqual(next);
  });
}
