import { expect, test } from "vitest";
import { spread } from "../load/report.ts";
import { runRaces } from "./takeover.races.ts";

const races = 80;

test(`H1 H2 H5 S5 S11: ${races} races of take, return, stop, stream, kill and sleep: nobody talks over anybody, and all see the same`, {
  timeout: 240_000,
}, async () => {
  const { faults, holds, silentMs, takeMs, rounds } = await runRaces({ races });
  console.log(`H1: ${holds} takes, silent for ${Math.round(silentMs / 1_000)} s; in peace after ${spread(takeMs)}`);
  expect(faults).toEqual([]);
  expect(holds).toBeGreaterThan(races);
  expect(Math.min(rounds.fair, rounds.kill, rounds.sleep)).toBeGreaterThan(0);
});
