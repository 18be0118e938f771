import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openAgain, openCustomer } from "../support/customer.ts";
import { Daemon } from "../support/daemon.ts";
import { freePort } from "../support/ports.ts";
import { openService } from "./service.support.ts";

const root = join(import.meta.dirname, "../..");

/** A node that is expected not to start: how it ended, what it said, and after how long. */
async function startInVain(env: Readonly<Record<string, string>>) {
  const from = performance.now();
  const args = ["--import", "./src/node-version.mjs", "src/main.ts"];
  const settings = { PATH: process.env["PATH"], PORT: "0", TIDEGATE_SIMULATOR: "on", ...env };
  await using node = new Daemon("a node", process.execPath, args, { cwd: root, env: settings });
  const exit = await node.exited;
  return { exit, said: node.tail, tookMs: performance.now() - from };
}

test("X6: nodes without AUTH_SECRET agree on one: each knows the guests of the other", async () => {
  await using service = await openService({ env: { AUTH_SECRET: undefined } });
  const [one = "", other = ""] = service.urls;
  await using here = await openCustomer(one);
  await using there = await openAgain(other, here);
  expect(there.opened.conversationId).toBe(here.opened.conversationId);
  await using later = await openCustomer(other);
  await using back = await openAgain(one, later);
  expect(back.opened.conversationId).toBe(later.opened.conversationId);
});

describe.concurrent("a node that cannot have its Redis", () => {
  test("N4: does not start: it says so in one sentence, and ends with 1 after a quarter of a minute", {
    timeout: 60_000,
  }, async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const { exit, said, tookMs } = await startInVain({ REDIS_URL: url });
    expect(exit).toBe(1);
    expect(said).toMatch(/Redis cannot be reached \([^)]*ECONNREFUSED[^)]*\)\. Start it, or correct REDIS_URL\./);
    expect(tookMs).toBeGreaterThan(10_000);
    expect(tookMs).toBeLessThan(40_000);
  });

  test("X6: is told that REDIS_URL and REDIS_NODES exclude each other, and ends with 2", async () => {
    const { exit, said } = await startInVain({ REDIS_URL: "redis://127.0.0.1:1", REDIS_NODES: "127.0.0.1:1" });
    expect(exit).toBe(2);
    expect(said).toBe("Tidegate does not start:\nSet REDIS_URL or REDIS_NODES, not both.");
  });
});
