import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openCustomer } from "./support/customer.ts";

const root = join(import.meta.dirname, "..");

/** The server as `npm start` runs it. */
class Process implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  output = "";
  #wake: () => void = () => {};

  constructor(
    env: Record<string, string>,
    args: readonly string[] = ["--import", "./src/node-version.mjs", "src/main.ts"],
  ) {
    const path = process.env["PATH"] ?? "";
    this.child = spawn(process.execPath, args, { cwd: root, env: { PATH: path, PORT: "0", ...env } });
    this.exited = once(this.child, "exit").then(([code]) => {
      this.#wake();
      return code;
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.#read(line));
    }
  }

  #read(line: string): void {
    this.output += `${line}\n`;
    this.#wake();
  }

  /** The first group of `pattern`, once the output has it. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found[1] ?? found[0];
      if (this.child.exitCode !== null) throw new Error(`ended without saying ${pattern}:\n${this.output}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }
}

const url = /listens on (http:\/\/[^"]+)/;

test("without any setting it serves a demonstration on loopback, and says so", async () => {
  await using server = new Process({});
  const address = await server.says(url);
  expect(address).toContain("127.0.0.1");
  expect(server.output).toContain("simulator answers, not Claude");
  expect(server.output).toContain("a demonstration with a secret of its own");
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
});

test("wrong settings end the start with one sentence for each, and status 2", async () => {
  await using server = new Process({ PORT: "many", HOST: "0.0.0.0", ANTHROPIC_API_KEY: "sk-secret-key" });
  expect(await server.exited).toBe(2);
  expect(server.output).toContain("Tidegate does not start:");
  expect(server.output).toContain("PORT");
  expect(server.output).not.toContain("sk-secret-key");
});

test("a relay address that cannot work ends the start with one sentence", async () => {
  await using server = new Process({
    ANTHROPIC_BASE_URL: "https://user:pass@relay.example",
    ANTHROPIC_API_KEY: "sk-secret-key",
  });
  expect(await server.exited).not.toBe(0);
  expect(server.output).toContain("ANTHROPIC_BASE_URL");
  expect(server.output).not.toContain("sk-secret-key");
});

test("a port that is taken is named", async () => {
  await using taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? String(address.port) : "";
  await using server = new Process({ PORT: port });
  expect(await server.exited).toBe(1);
  expect(server.output).toContain(`port ${port} on 127.0.0.1 is taken`);
});

test("N3 on SIGTERM a running answer is written to its end, then the process ends by itself", async () => {
  await using server = new Process({});
  await using customer = await openCustomer(await server.says(url));
  const text = "[[sim: pace first=1 delta=20 chars=4]] any coupons today?";
  const { turnId } = await customer.ask("message:send", { messageId: "m1", text });
  await customer.fact("turn:delta");
  server.child.kill("SIGTERM");
  const ended = await customer.fact("turn:ended");
  expect(ended).toMatchObject({ turnId, outcome: "completed" });
  expect(customer.textOf(turnId ?? "")).toBe(ended.message?.text);
  expect(await server.exited).toBe(0);
});

test("a second signal ends it at once", async () => {
  await using server = new Process({});
  await using customer = await openCustomer(await server.says(url));
  await customer.ask("message:send", { messageId: "m1", text: "[[sim: stall after=3]] hello" });
  await customer.fact("turn:delta");
  server.child.kill("SIGTERM");
  await server.says(/closing/);
  server.child.kill("SIGTERM");
  expect(await server.exited).toBe(1);
});

test("an older Node meets one clear sentence", async () => {
  const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";
  await using server = new Process({}, ["--import", older, "--import", "./src/node-version.mjs", "src/main.ts"]);
  expect(await server.exited).toBe(1);
  expect(server.output).toMatch(/^Tidegate runs on Node 24\.11 or newer; this is 20\.20\.2\./);
});

test("X6 a node writes no file, starts no program, and reads nothing but what is its own", async () => {
  const walls = ["--permission", `--allow-fs-read=${root}`];
  const env = { NODE_ENV: "production", HOST: "127.0.0.1", AUTH_SECRET: "s".repeat(32), TIDEGATE_SIMULATOR: "on" };
  await using server = new Process(env, [...walls, "--import", "./src/node-version.mjs", "src/main.ts"]);
  const address = await server.says(url);
  expect((await fetch(`${address}/widget.js`)).status).toBe(200);
  await using customer = await openCustomer(address);
  expect((await customer.answerTo('[[sim: pace first=1 delta=1 chars=9; say "Hello."]]')).outcome).toBe("completed");
  expect(server.output).not.toContain("ERR_ACCESS_DENIED");
});
