import { expect, test } from "vitest";
import { spread } from "../load/report.ts";
import { runRaces } from "./takeover.races.ts";

const races = 160;
/**
 * Known, about once in six hundred races: a page that comes back in the very moment of a change is told of it late; and
 * while a node is killed or falls asleep a piece of text may be on its way for up to 50 ms more.
 */
const mostLate = 2;
const isLate = (fault: string) =>
  / S11: | with the end /.test(fault) ||
  /\((kill|sleep)\): H1: \d+ characters .* with a piece [1-4]?\d(\.\d+)? ms /.test(fault);
const seedOf = (fault: string) => /^seed \d+/.exec(fault)?.[0];

test(`H1 H2 H5 S5 S11: ${races} races of take, return, stop, stream, kill and sleep: nobody talks over anybody, and all see the same`, {
  timeout: 240_000,
}, async () => {
  const { faults, holds, silentMs, takeMs, rounds } = await runRaces({ races });
  console.log(`H1: ${holds} takes, silent for ${Math.round(silentMs / 1_000)} s; in peace after ${spread(takeMs)}`);
  expect(faults.filter((fault) => !isLate(fault))).toEqual([]);
  const late = faults.filter(isLate);
  expect(new Set(late.map(seedOf)).size, late.join("\n")).toBeLessThanOrEqual(mostLate);
  expect(holds).toBeGreaterThan(races);
  expect(Math.min(rounds.fair, rounds.kill, rounds.sleep)).toBeGreaterThan(0);
});
