import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { mostConnections } from "../../src/open-files.ts";
import { openSimulator } from "../../src/simulator/server.ts";
import { openCustomer } from "../support/customer.ts";
import { secret } from "../support/server.ts";

test.each([
  { limit: null, most: undefined },
  { limit: Number.POSITIVE_INFINITY, most: undefined },
  { limit: 1_024, most: 921 },
  { limit: 20_000, most: 18_000 },
  { limit: 65_536, most: 62_036 },
])("of $limit open files connections may be $most", ({ limit, most }) => {
  expect(mostConnections(limit)).toBe(most);
});

const files = 300;

/** The server in a process that may not have more files open. */
async function openLimited(relayUrl: string) {
  const upstream = { ANTHROPIC_BASE_URL: relayUrl, ANTHROPIC_API_KEY: "sk-test" };
  const env = { PATH: process.env["PATH"] ?? "", PORT: "0", HOST: "127.0.0.1", AUTH_SECRET: secret, ...upstream };
  const command = `ulimit -n ${files}; exec "${process.execPath}" src/main.ts`;
  const child = spawn("sh", ["-c", command], { cwd: join(import.meta.dirname, "../.."), env });
  const exited = once(child, "exit");
  const logged: string[] = [];
  const listening = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    logged.push(line);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url !== undefined && url !== relayUrl) listening.resolve(url);
  });
  void exited.then(() => listening.reject(new Error(`it ended: ${logged.join("\n")}`)));
  return {
    url: await listening.promise,
    logged,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

test("X2 a node that is full of connections closes others, and answers those that it has", async () => {
  await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 } });
  await using node = await openLimited(simulator.baseUrl);
  await using customer = await openCustomer(node.url);
  const crowd: Socket[] = [];
  let closed = 0;
  for (let at = 0; at < files + 100; at++) {
    const socket = connect(Number(new URL(node.url).port), "127.0.0.1");
    socket.on("error", () => {}).on("close", () => closed++);
    crowd.push(socket);
  }
  // One is the customer's.
  await expect.poll(() => closed, { timeout: 5_000 }).toBe(files + 100 - (0.9 * files - 1));
  const { outcome } = await customer.answerTo("do you have headphones?");
  expect(outcome).toBe("completed");
  for (const socket of crowd) socket.destroy();
  await using later = await openCustomer(node.url);
  expect((await later.answerTo("and these?")).outcome).toBe("completed");
  expect(node.logged.filter((line) => /unexpected|EMFILE/.test(line))).toEqual([]);
});
