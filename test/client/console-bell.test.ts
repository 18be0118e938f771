import { expect, test } from "vitest";
import { openBell } from "../../client/console/desk/bell.ts";
import { movedClock } from "./chat-server.ts";

function bell() {
  const { clock, move } = movedClock();
  const rung: string[] = [];
  const opened = openBell(clock, (fresh) => rung.push(fresh.join(" ") || "again"));
  return { bell: opened, move, rung };
}

test("it rings at once for each who is new, and again until nobody waits", () => {
  const { bell: opened, move, rung } = bell();
  opened.show(["a"], true);
  opened.show(["a", "b"], true);
  opened.show(["a", "b"], true);
  expect(rung).toEqual(["a", "b"]);
  move(20_000);
  move(20_000);
  expect(rung).toEqual(["a", "b", "again", "again"]);
  opened.show(["a"], true);
  move(20_000);
  expect(rung.at(-1)).toBe("again");
  opened.show([], true);
  move(60_000);
  expect(rung).toHaveLength(5);
});

test("nobody is rung for while the agent is away, and everybody who waits when they are back", () => {
  const { bell: opened, move, rung } = bell();
  opened.show(["a"], false);
  move(60_000);
  expect(rung).toEqual([]);
  opened.show(["a"], true);
  expect(rung).toEqual(["a"]);
});

test("a closed bell is silent", () => {
  const { bell: opened, move, rung } = bell();
  opened.show(["a"], true);
  opened.close();
  move(60_000);
  expect(rung).toEqual(["a"]);
});
