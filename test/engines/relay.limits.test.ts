import { expect, test } from "vitest";
import type { RelayLimit } from "../../src/domain/relay-limits.ts";
import { readLimits } from "../../src/engines/relay/rate-limits.ts";
import { openSimulator } from "../../src/simulator/server.ts";
import { ask, openTestRelay, play } from "./relay.support.ts";

test("A10 what the relay's limits leave is told when its answer begins, with the model it holds for", async () => {
  const limits = { requestsPerMinute: 100, inputTokensPerMinute: 50_000, outputTokensPerMinute: 20_000 };
  await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 }, limits });
  const told: { readonly model: string; readonly limits: readonly RelayLimit[]; readonly pieces: number }[] = [];
  let pieces = 0;
  const onLimits = (model: string, left: readonly RelayLimit[]) => told.push({ model, limits: left, pieces });
  await using relay = openTestRelay(simulator.baseUrl, { onLimits });
  await play(relay, ask("?", { maxTokens: 100 }), { onPiece: () => pieces++ });
  expect(told).toMatchObject([{ model: "claude-sonnet-4-5", pieces: 0 }]);
  const requests = told[0]?.limits.find(({ kind }) => kind === "requests");
  expect(requests).toMatchObject({ limit: 100, remaining: 99 });
  expect(requests?.resetMs).toBeLessThanOrEqual(1_600);
  expect(told[0]?.limits.map(({ kind }) => kind)).toEqual(["requests", "tokens", "input-tokens", "output-tokens"]);
});

test("A10 headers that say nothing of use are passed over", () => {
  const name = (part: string) => `anthropic-ratelimit-requests-${part}`;
  const read = (limit: string, remaining: string, reset: string) =>
    readLimits(
      new Headers([
        [name("limit"), limit],
        [name("remaining"), remaining],
        [name("reset"), reset],
      ]),
      0,
    );
  expect(read("100", "7", "1970-01-01T00:00:09Z")).toEqual([
    { kind: "requests", limit: 100, remaining: 7, resetMs: 9_000 },
  ]);
  expect(read("100", "7", "1960-01-01T00:00:00Z")).toMatchObject([{ resetMs: 0 }]);
  for (const [limit, remaining, reset] of [
    ["many", "7", "1970-01-01T00:00:09Z"],
    ["100", "-7", "1970-01-01T00:00:09Z"],
    ["100", "7", "soon"],
    ["", "", ""],
  ] as const)
    expect(read(limit, remaining, reset)).toEqual([]);
  expect(readLimits(new Headers(), 0)).toEqual([]);
});
