import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { filesFinding, nodeFinding } from "../src/doctor/machine.ts";
import { noteFinding } from "../src/doctor/node.ts";
import { memoryFinding } from "../src/doctor/redis.ts";
import { openSimulator, type Simulator } from "../src/simulator/server.ts";
import { freePort } from "./support/ports.ts";
import { openRedis } from "./support/redis.ts";
import { openTestServer, secret } from "./support/server.ts";

const strong = "q7Yx2LmN9aPz4RtV8bKc3WdF6hJs1GeU";

/** Runs the doctor in a process of its own: what it printed, and with which code it ended. */
async function examine(env: Readonly<Record<string, string>>): Promise<{ said: string; code: number }> {
  const options = {
    cwd: join(import.meta.dirname, ".."),
    env: { PATH: process.env["PATH"], AUTH_SECRET: strong, ...env },
  };
  return promisify(execFile)(process.execPath, ["src/doctor.ts"], options).then(
    ({ stdout }) => ({ said: stdout, code: 0 }),
    (fault: { stdout: string; code: number }) => ({ said: fault.stdout, code: fault.code }),
  );
}

const relayOf = ({ baseUrl }: Simulator, key = "sk-good") => ({ ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_API_KEY: key });

function withFile(content: unknown): Record<string, string> {
  const path = join(mkdtempSync(join(tmpdir(), "tidegate-")), "tidegate.json");
  writeFileSync(path, JSON.stringify(content));
  return { TIDEGATE_CONFIG: path };
}

async function misbehave({ baseUrl }: Simulator, fault: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  await fetch(`${baseUrl}/simulator/faults`, { method: "POST", headers, body: JSON.stringify(fault) });
}

test("U1 finds all well where it is, with each model's first-token time", async () => {
  await using redis = await openRedis({ appendonly: true, settings: { maxmemory: "64mb" } });
  await using server = await openTestServer({ env: redis.env });
  const env = { ANTHROPIC_BASE_URL: server.relayUrl, ANTHROPIC_API_KEY: "sk-good", HOST: "127.0.0.1" };
  const { said, code } = await examine({ ...env, ...redis.env, PORT: new URL(server.url).port });
  expect(code).toBe(0);
  expect(said).toMatch(/✓ relay +claude-sonnet-4-5 streams over HTTP\/1\.1: first token after \d+ ms/);
  expect(said).toMatch(/✓ models +the relay lists claude-sonnet-4-5, claude-haiku-4-5/);
  expect(said).toMatch(/✓ redis +version \d+\.\S+, [\d.]+ ms away, runs the service's steps/);
  expect(said).toMatch(/✓ pages +the node wants traffic/);
  expect(said).toMatch(/✓ secrets +AUTH_SECRET is strong/);
  expect(said).toContain("0 wrong");
  expect(said).not.toContain(strong);
});

describe("says what to do", () => {
  test("U3 about a key that is refused (401), without showing it", async () => {
    await using simulator = await openSimulator();
    const { said, code } = await examine(relayOf(simulator, "sk-bad-key-of-mine"));
    expect(code).toBe(1);
    expect(said).toMatch(/✗ relay +claude-sonnet-4-5: bad-key: .*ANTHROPIC_API_KEY/);
    expect(said).toMatch(/→ copy the key again, .*ANTHROPIC_AUTH_TOKEN/);
    expect(said).not.toContain("sk-bad-key-of-mine");
    // The other model would be told the same.
    expect(said.match(/bad-key:/g)).toHaveLength(1);
  });

  test("U3 about a rate limit (429)", async () => {
    await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 } });
    await misbehave(simulator, { kind: "rate-limit", times: "all", retryAfter: "7" });
    const { said, code } = await examine(relayOf(simulator));
    expect(code).toBe(1);
    expect(said).toMatch(/✗ relay +claude-sonnet-4-5: rate-limit: .*7000 ms/);
    expect(said).toMatch(/→ wait and try again; .*admission\.tiers\.high\.perSecond/);
  });

  test("U3 U5 about a model that the relay does not know, with those that it lists", async () => {
    await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 } });
    const file = withFile({ relay: { model: "claude-nobody-1" }, models: { "claude-nobody-1": {} } });
    const { said, code } = await examine({ ...relayOf(simulator), ...file });
    expect(code).toBe(1);
    expect(said).toMatch(/! models +the relay does not list claude-nobody-1\n +→ it lists .*claude-sonnet-4-5/);
    expect(said).toMatch(/✗ relay +claude-nobody-1: unknown-model:/);
    expect(said).toContain("→ set relay.model, relay.smallModel and relay.fallbacks");
    expect(said).toMatch(/✓ relay +claude-haiku-4-5 streams/);
  });

  test("U1 about an address where nothing listens", async () => {
    const { said, code } = await examine({
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${await freePort()}`,
      ANTHROPIC_API_KEY: "k",
    });
    expect(code).toBe(1);
    expect(said).toMatch(/✗ relay .*unreachable: .*nothing listens/);
  });

  test("about a Redis that evicts, forgets, and has no bound; and about one that is not there", async () => {
    await using redis = await openRedis({ settings: { "maxmemory-policy": "allkeys-lru" } });
    const { said, code } = await examine({ ...redis.env, PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(said).toMatch(/✗ redis +maxmemory-policy is allkeys-lru.*\n +→ set it to noeviction/);
    expect(said).toMatch(/! redis +appendonly is off/);
    expect(said).toMatch(/! redis +maxmemory is not set/);
    expect(said).toMatch(/! pages +no node answers/);
    expect(await redis.command("DBSIZE")).toBe(0);
    await redis.kill();
    expect((await examine(redis.env)).said).toMatch(/✗ redis +Redis cannot be reached/);
  });

  test("about secrets that can be guessed, and settings that are none", async () => {
    expect((await examine({ AUTH_SECRET: "abcd".repeat(10) })).said).toMatch(/✗ secrets +AUTH_SECRET can be guessed/);
    const { said, code } = await examine({ PORT: "many", ALLOWED_ORIGINS: "*" });
    expect([code, said]).toEqual([1, expect.stringMatching(/✗ config +PORT must be/)]);
    expect((await examine({ ALLOWED_ORIGINS: "*" })).said).toMatch(/! origins +pages of any origin/);
    expect(secret.length).toBeGreaterThan(31);
  });

  test("about a Redis that is full, or nearly so", () => {
    expect(memoryFinding(96, 100)).toMatchObject({ state: "wrong", what: expect.stringContaining("96 %") });
    expect([memoryFinding(90, 100), memoryFinding(90, 0)]).toEqual([null, null]);
  });

  test("about a node that wants traffic and is in trouble, with the runbook's section", () => {
    for (const note of ["redis-away", "tier-degraded", "customers-shed", "something-new"])
      expect(noteFinding(note)).toMatchObject({
        state: "doubtful",
        todo: expect.stringMatching(/^docs\/runbook\.md#/),
      });
    expect(noteFinding("redis-away").what).toContain("cannot reach Redis");
    expect(noteFinding("something-new").what).toBe("something-new");
  });

  test("about a machine that is too small or too old", () => {
    expect(["22.1.0", "24.10.9", "24.11.0", "25.0.0"].map((version) => nodeFinding(version).state)).toEqual([
      "wrong",
      "wrong",
      "well",
      "well",
    ]);
    expect([1_024, 65_536, Number.POSITIVE_INFINITY, null].map((limit) => filesFinding(limit).state)).toEqual([
      "doubtful",
      "well",
      "well",
      "well",
    ]);
  });
});
