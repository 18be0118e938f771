import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { withKeptSecret } from "../src/demonstration.ts";
import { TestAgent } from "./support/agent.ts";
import { openTestServer, secret } from "./support/server.ts";

const root = join(import.meta.dirname, "..");
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, ["src/token.ts", ...args], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...env },
  });

test("X1 a token made on the command line signs an agent in, under the name given", async () => {
  await using server = await openTestServer();
  const { stdout, stderr } = await run(["--role", "agent", "--name", "Mei Lan"], { AUTH_SECRET: secret });
  await using agent = await new TestAgent(server.url, stdout.trim()).connected();
  expect((await agent.openInbox()).me).toMatchObject({ agentId: "agent:mei-lan", name: "Mei Lan" });
  expect(stderr).toContain(`/console#token=${stdout.trim()}`);
});

test.each([
  [["--role", "boss"], "--role must be one of agent, operator, customer."],
  [["--class", "gold"], "--class must be one of vip, member, guest."],
  [["--hours", "x"], "--hours must be between"],
  [["--nonsense"], "Unknown option"],
])("a command line with %j is refused in a sentence", async (args, sentence) => {
  await expect(run(args, { AUTH_SECRET: secret })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(sentence),
  });
});

test("X6 a demonstration keeps the secret that it made up, for nobody else to read, and real secrets are not kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tidegate-"));
  const path = join(folder, "deep", "secret");
  try {
    const first = withKeptSecret(readConfig({}), path);
    expect(withKeptSecret(readConfig({}), path).secrets).toEqual(first.secrets);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const own = readConfig({ AUTH_SECRET: secret, ANTHROPIC_BASE_URL: "http://127.0.0.1:1", ANTHROPIC_API_KEY: "k" });
    expect(withKeptSecret(own, path).secrets).toEqual([secret]);
    await writeFile(path, "short");
    expect(withKeptSecret(readConfig({}), path).secrets[0].length).toBeGreaterThan(31);
    expect((await readFile(path, "utf8")).length).toBeGreaterThan(31);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("X6 where nothing can be written a demonstration goes on with a secret of its own", () => {
  // Below a file there can be no folder.
  const path = join(import.meta.filename, "deep", "secret");
  expect(withKeptSecret(readConfig({}), path).secrets[0].length).toBeGreaterThan(31);
});
