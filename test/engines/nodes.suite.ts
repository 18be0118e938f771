import { expect, test } from "vitest";
import type { OpenEngines } from "./world.ts";

/** What {@link Nodes} promises, whatever keeps them. */
export function nodesSuite(open: OpenEngines): void {
  test("N1 a node comes to life when it is born, and is alive from its next beat on", async () => {
    await using world = await open();
    expect((await world.nodes.beat("one", false)).alive).toBe(false);
    expect((await world.nodes.beat("one", false)).beats.size).toBe(0);
    expect(await world.nodes.beat("one", true)).toEqual({ alive: false, beats: new Map([["one", 1]]), buried: [] });
    expect(await world.nodes.beat("one", false)).toEqual({ alive: true, beats: new Map([["one", 2]]), buried: [] });
  });

  test("N1 each beat tells how often every node has beaten", async () => {
    await using world = await open();
    await world.nodes.beat("one", true);
    await world.nodes.beat("two", true);
    await world.nodes.beat("one", false);
    expect((await world.nodes.beat("two", false)).beats).toEqual(
      new Map([
        ["one", 2],
        ["two", 2],
      ]),
    );
  });

  test("N1 beats at once are all counted", async () => {
    await using world = await open();
    await Promise.all(Array.from({ length: 20 }, () => world.nodes.beat("one", true)));
    expect((await world.nodes.beat("one", false)).beats.get("one")).toBe(21);
  });

  test("N1 a node that has beaten since it was looked at is not buried", async () => {
    await using world = await open();
    await world.nodes.beat("one", true);
    await world.nodes.beat("one", false);
    expect(await world.nodes.bury("one", 1)).toBe(false);
    expect((await world.nodes.beat("one", false)).alive).toBe(true);
  });

  test("N1 of many who bury a silent node at once one does, and the node finds itself buried", async () => {
    await using world = await open();
    await world.nodes.beat("one", true);
    await world.nodes.beat("two", true);
    const buried = await Promise.all(Array.from({ length: 20 }, () => world.nodes.bury("one", 1)));
    expect(buried.filter((each) => each)).toHaveLength(1);
    expect(await world.nodes.beat("one", false)).toEqual({
      alive: false,
      beats: new Map([["two", 1]]),
      buried: ["one"],
    });
  });

  test("N1 the work of a name that was forgotten is looked at once more when its node is born anew", async () => {
    await using world = await open();
    await world.nodes.take("former", "c1");
    expect((await world.nodes.beat("present", true, "former")).buried).toEqual(["former"]);
    expect((await world.nodes.beat("present", false)).buried).toEqual(["former"]);
    expect(await world.nodes.work("former")).toEqual(["c1"]);
    await world.nodes.forget("former");
    expect((await world.nodes.beat("present", false)).buried).toEqual([]);
  });

  test("N1 who was never alive cannot be buried", async () => {
    await using world = await open();
    expect(await world.nodes.bury("nobody", 0)).toBe(false);
    await world.nodes.leave("nobody");
    expect((await world.nodes.beat("one", true)).buried).toEqual([]);
  });

  test("N3 a node that leaves buries itself, however often it has beaten, and once", async () => {
    await using world = await open();
    await world.nodes.beat("one", true);
    await world.nodes.beat("one", false);
    await world.nodes.leave("one");
    await world.nodes.leave("one");
    expect(await world.nodes.bury("one", 2)).toBe(false);
    expect(await world.nodes.beat("two", true)).toMatchObject({ beats: new Map([["two", 1]]), buried: ["one"] });
  });

  test("N1 a buried node's work is found until it is forgotten", async () => {
    await using world = await open();
    await world.nodes.beat("one", true);
    for (const id of ["c1", "c2", "c2", "c3"]) await world.nodes.take("one", id);
    await world.nodes.drop("one", "c1");
    await world.nodes.drop("one", "never taken");
    await world.nodes.bury("one", 1);
    expect((await world.nodes.work("one")).toSorted()).toEqual(["c2", "c3"]);
    await world.nodes.forget("one");
    await world.nodes.forget("one");
    expect(await world.nodes.work("one")).toEqual([]);
    expect((await world.nodes.beat("two", true)).buried).toEqual([]);
  });

  test("N1 the work of one node is not another's", async () => {
    await using world = await open();
    await world.nodes.take("one", "c1");
    await world.nodes.take("two", "c1");
    await world.nodes.drop("one", "c1");
    expect([await world.nodes.work("one"), await world.nodes.work("two")]).toEqual([[], ["c1"]]);
  });
}
