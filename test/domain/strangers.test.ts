import { expect, test } from "vitest";
import { Strangers } from "../../src/domain/strangers.ts";

test("N1 whoever is asked about for the first time may live until a beat that was sent later has not shown it", () => {
  const strangers = new Strangers();
  const under = strangers.send();
  expect(strangers.mayLive("one")).toBe(true);
  strangers.shown(under, new Set());
  expect(strangers.mayLive("one")).toBe(true);
  strangers.shown(strangers.send(), new Set());
  expect(strangers.mayLive("one")).toBe(false);
});

test("N1 whoever a beat shows is no stranger; whoever is gone stays gone", () => {
  const strangers = new Strangers();
  strangers.mayLive("one");
  strangers.shown(strangers.send(), new Set(["one"]));
  expect(strangers.mayLive("one")).toBe(true);
  strangers.gone("one");
  expect(strangers.mayLive("one")).toBe(false);
  strangers.shown(strangers.send(), new Set());
  expect(strangers.mayLive("one")).toBe(false);
});

test("however many are asked about, few are remembered", () => {
  const strangers = new Strangers();
  strangers.gone("first");
  for (let at = 0; at < 5_000; at++) strangers.mayLive(`stranger${at}`);
  expect(strangers.mayLive("first")).toBe(true);
});
