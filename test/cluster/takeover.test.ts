import { expect, test } from "vitest";
import { spread } from "../load/report.ts";
import { perRound, runRaces } from "./takeover.races.ts";

/** Three rounds: in fair weather, with a node that sleeps, and with one that is killed. */
const races = 3 * perRound;
const seed = 5 * perRound;

test(`H1 H2 H5 S5 S11: ${races} races of take, return, stop, stream, kill and sleep: nobody talks over anybody, and all see the same`, {
  timeout: 240_000,
}, async () => {
  const { faults, holds, silentMs, takeMs, rounds } = await runRaces({ races, seed });
  console.log(`H1: ${holds} takes, silent for ${Math.round(silentMs / 1_000)} s; in peace after ${spread(takeMs)}`);
  expect(faults).toEqual([]);
  expect(holds).toBeGreaterThan(races);
  expect(rounds).toEqual({ fair: 1, sleep: 1, kill: 1 });
});
