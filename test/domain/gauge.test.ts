import { beforeEach, expect, test } from "vitest";
import { RelayGauge } from "../../src/domain/gauge.ts";
import { noVitals } from "../../src/domain/health.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { main, settled, usualTiers, type Weather, WeatherRelay } from "./relay-weather.ts";

let clock: VirtualClock;
let relay: WeatherRelay;
let gauge: RelayGauge;

beforeEach(() => {
  clock = new VirtualClock();
  relay = new WeatherRelay(clock);
  gauge = new RelayGauge({ relay, clock, settings: usualTiers, expectedMs: () => 100, quiet: () => {} });
});

/** One attempt of that kind, after so long. */
async function after(ms: number, weather: Weather): Promise<void> {
  relay.weather = () => weather;
  void gauge.attempt({ model: main, maxTokens: 1, system: "", messages: [] }, () => {}, new AbortController().signal);
  await pass(ms);
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await settled();
}

const seen = () => gauge.take()?.vitals ?? null;

test("A9 an attempt is counted when its first text comes", async () => {
  await after(150, { afterMs: 200 });
  expect([seen(), gauge.isBusy]).toEqual([null, true]);
  await pass(50);
  expect(seen()).toEqual({ ...noVitals, attempts: 1, quick: 1, firstTextMs: 200, expectedMs: 100 });
  expect([seen(), gauge.isBusy]).toEqual([null, false]);
});

test("A9 one whose first text can only come too late is counted then, and not once more when it comes", async () => {
  await after(601, { afterMs: 1_500 });
  expect(seen()).toMatchObject({ attempts: 1, late: 1, quick: 0, stuck: 0 });
  await pass(1_000);
  expect(seen()).toEqual(noVitals);
});

test("A9 one that is without a text for very long is stuck, once, and failed when it fails", async () => {
  await after(601, { afterMs: 5_000, failure: "slow-start" });
  expect(seen()).toMatchObject({ attempts: 1, late: 1 });
  await pass(1_500);
  expect(seen()).toMatchObject({ attempts: 0, stuck: 1, failed: 0 });
  await pass(100);
  expect(seen()).toBeNull();
  await pass(3_000);
  expect(seen()).toMatchObject({ attempts: 0, stuck: 0, failed: 1 });
  expect(gauge.isBusy).toBe(false);
});

test("A9 one that fails before it is late is counted as it fails", async () => {
  await after(20, { afterMs: 20, failure: "overloaded" });
  expect(seen()).toMatchObject({ attempts: 1, failed: 1, late: 0, quick: 0 });
  expect(gauge.isBusy).toBe(false);
});
