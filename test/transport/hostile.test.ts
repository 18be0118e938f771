import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { errors } from "../../src/contract/errors.ts";
import { customerCommands } from "../../src/contract/events.ts";
import { BareSocket, commandFrame, openBare } from "../support/bare.ts";
import { openChild } from "../support/child.ts";
import { guestOf, type OpenCustomer, openAgain, openCustomer, TestCustomer } from "../support/customer.ts";
import { PollingCustomer } from "../support/polling.ts";
import { generous, openTestServer, secret, type TestServer } from "../support/server.ts";

const commandNames = Object.keys(customerCommands);
/** What every object has without asking. */
const inherited = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];
/** Names that socket.io-client refuses to send; bare sockets send them. */
const reserved = new Set(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]);

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...commandNames) },
  { weight: 1, arbitrary: fc.constantFrom(...inherited) },
  { weight: 1, arbitrary: fc.string().filter((text) => !reserved.has(text)) },
);

const member = fc.constantFrom("messageId", "text", "turnId", "epoch", "offset", "have", "page", "value", "score");
const payload = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(fc.oneof(member, fc.constantFrom(...inherited)), fc.jsonValue({ maxDepth: 2 })),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom("x".repeat(40_000), nested(1_000), JSON.parse('{"__proto__":{"text":"x"},"messageId":"m"}')),
  fc.constantFrom(
    { turnId: "t", epoch: 1e308, offset: -1 },
    { messageId: "m", text: "\u0000\ud800" },
    { active: "yes" },
  ),
);

function nested(depth: number): unknown {
  return JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
}

const digits = fc.nat(9).map(String);
const frame = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.tuple(digits, fc.string({ maxLength: 40 })).map((parts) => parts.join("")),
  fc.tuple(fc.constant("4"), digits, fc.json({ maxDepth: 2 })).map((parts) => parts.join("")),
  fc.tuple(fc.constant("42"), digits, fc.json({ maxDepth: 2 })).map((parts) => parts.join("")),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    '451-["message:send",{"_placeholder":true,"num":0}]',
    '451-["message:send",{"_placeholder":true,"num":-1}]',
    `451-["x",${"[".repeat(15_000)}{"_placeholder":true,"num":0}${"]".repeat(15_000)}]`,
    '4599999999-["x",{"_placeholder":true,"num":99}]',
    '42["connect"]',
    '42["disconnect","x"]',
    '42["newListener"]',
    "42[]",
    "42[null]",
    '42{"0":"message:send"}',
    '42["__proto__",{"__proto__":null}]',
    '42/agents,["inbox:open",{}]',
    '4299999999999999999999["typing:set",{"active":true}]',
    "430[]",
    "46-",
    "40",
    '40{"token":7}',
    '40{"__proto__":{"token":"x"}}',
    "40[]",
    "40/agents,",
    "40/nowhere,{}",
    "40/__proto__,",
    '44{"message":"no"}',
    "2probe",
    "3probe",
    "1",
    "5",
    "6",
    "4",
    `42${"[".repeat(20_000)}`,
    `42["x",${"[".repeat(20_000)}${"]".repeat(20_000)}]`,
  ),
);

function unexpected(server: TestServer): unknown[] {
  return server.logged.filter(({ level }) => Number(level) >= 50);
}

/** Asks again and again while `attack` goes on; every answer must be whole. */
async function undisturbed(customer: OpenCustomer, attack: Promise<unknown>): Promise<void> {
  let over = false;
  const done = attack.finally(() => {
    over = true;
  });
  do {
    const { turnId, outcome, message } = await customer.answerTo("[[sim: long chars=800]]");
    expect(outcome).toBe("completed");
    expect(customer.exactTextOf(turnId)).toBe(message?.text);
    expect(message?.text).toHaveLength(800);
  } while (!over);
  await done;
}

describe("malformed input", () => {
  test("X3: 6,000 random commands each get one reply, and never the one for our own faults", async () => {
    await using server = await openTestServer({ config: generous });
    await using good = await openCustomer(server.url);
    await using attacker = await openCustomer(server.url);
    const commands = fc.sample(fc.tuple(name, payload), { numRuns: 6_000, seed: 42 });
    const attack = async () => {
      for (let at = 0; at < commands.length; at += 200) {
        const replies = commands.slice(at, at + 200).map(([command, given]) => sendAnything(attacker, command, given));
        for (const reply of await Promise.all(replies)) expectDecentReply(reply);
      }
    };
    await undisturbed(good, attack());
    expect(unexpected(server)).toEqual([]);
  });

  test("X3: 4,000 random frames end at most their own connection", async () => {
    await using server = await openTestServer({ config: generous });
    await using good = await openCustomer(server.url);
    const frames = fc.sample(frame, { numRuns: 4_000, seed: 43 });
    const attack = async () => {
      for (let at = 0; at < frames.length; at += 200) {
        const bursts = Array.from({ length: 20 }, (_, burst) => frames.slice(at + burst * 10, at + burst * 10 + 10));
        await Promise.all(bursts.map((burst, index) => sendFrames(server.url, burst, index % 2 === 0)));
      }
    };
    await undisturbed(good, attack());
    expect(unexpected(server)).toEqual([]);
  });

  test("X3: a command without an acknowledgement changes nothing", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    await using bare = await openBare(server.url, guestOf(customer.opened));
    const opened = bare.frame("431");
    bare.send(commandFrame(1, "conversation:open", {}));
    await opened;
    bare.send('42["message:send",{"messageId":"m","text":"x"}]');
    const reply = bare.frame("432");
    bare.send(commandFrame(2, "typing:set", { active: true }));
    await reply;
    expect((await customer.ask("conversation:open", {})).messages).toEqual([]);
  });

  test("X2: a frame larger than 64 KB ends its connection", async () => {
    await using server = await openTestServer();
    await using bare = await openBare(server.url);
    bare.send(`42["message:send","${"x".repeat(70_000)}"]`);
    await bare.closed;
    expect(unexpected(server)).toEqual([]);
  });

  test("X2: nothing is compressed on the way in, so that no small frame becomes a large one", async () => {
    await using server = await openTestServer();
    await using bare = new BareSocket(server.url);
    await bare.frame("0{");
    expect(bare.ws.extensions).toBe("");
  });

  test("X2: a payload larger than 16 KB is refused as too large", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const reply = await sendAnything(customer, "message:send", { messageId: "m", text: "x".repeat(17_000) });
    expect(reply).toMatchObject({ ok: false, error: { code: "too-large" } });
  });

  test("X3: garbage over long polling ends its own connection only", async () => {
    await using server = await openTestServer({ config: generous });
    await using good = await openCustomer(server.url);
    const bodies = fc.sample(
      fc.oneof(
        fc.string(),
        frame.filter((given) => typeof given === "string"),
      ),
      {
        numRuns: 60,
        seed: 44,
      },
    );
    const attack = async () => {
      for (const body of bodies) {
        const customer = await PollingCustomer.open(server.url, {});
        await customer.send(String(body)).catch(() => {});
      }
      await fetch(`${server.url}/socket.io/?EIO=4&transport=polling&sid=__proto__`);
      await fetch(`${server.url}/socket.io/?EIO=3&transport=polling`);
      await fetch(`${server.url}/socket.io/?EIO=4&transport=constructor`);
    };
    await undisturbed(good, attack());
    expect(unexpected(server)).toEqual([]);
  });

  test("X3: handshakes that are never finished do not keep others out", async () => {
    await using server = await openTestServer({ config: generous });
    const { hostname, port } = new URL(server.url);
    await using stack = new AsyncDisposableStack();
    for (let at = 0; at < 100; at++) {
      const half = connect(Number(port), hostname).on("error", () => {});
      half.write("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n");
      stack.defer(() => void half.destroy());
      const silent = stack.use(new BareSocket(server.url));
      await silent.frame("0{");
    }
    await using customer = await openCustomer(server.url);
    expect((await customer.answerTo("你好")).outcome).toBe("completed");
  });
});

describe("floods", () => {
  test("X2: a flood is refused with the time to wait, then cut, and disturbs nobody", async () => {
    await using server = await openTestServer();
    await using good = await openCustomer(server.url);
    await using flooder = await new TestCustomer(server.url).connected();
    const cut = new Promise<void>((resolve) => flooder.socket.once("disconnect", () => resolve()));
    const replies: unknown[] = [];
    for (let at = 0; at < 200; at++) {
      flooder.socket.emit("typing:set", { active: true }, (reply) => replies.push(reply));
    }
    await undisturbed(good, cut);
    const refused = { ok: false, error: { code: "rate-limited", retryable: true, retryAfterMs: expect.any(Number) } };
    expect(replies).toContainEqual(
      expect.objectContaining({ ...refused, error: expect.objectContaining(refused.error) }),
    );
  });

  test("X2: a flood of frames that are no commands is cut too", async () => {
    await using server = await openTestServer();
    await using bare = await openBare(server.url);
    for (let at = 0; at < 1_000; at++) bare.send(`43${at}[]`);
    await bare.closed;
  });

  test("X2: a megabyte at once is too much, in however few frames", async () => {
    await using server = await openTestServer();
    await using bare = await openBare(server.url);
    const large = commandFrame(1, "typing:set", { active: "x".repeat(60_000) });
    const refusal = bare.frame("431");
    for (let at = 0; at < 5; at++) bare.send(large);
    expect(await refusal).toContain("too-large");
    expect(bare.ws.readyState).toBe(bare.ws.OPEN);
    const since = performance.now();
    for (let at = 0; at < 15; at++) bare.send(large);
    await bare.closed;
    expect(performance.now() - since).toBeLessThan(10_000);
  });

  test("X2: whoever is cut and goes on is not read any more, and ended soon", async () => {
    await using server = await openTestServer();
    await using bare = await openBare(server.url);
    // CAST: its types hide the connection under it.
    const { _socket: wire } = bare.ws as unknown as { _socket: Socket };
    // It never learns that it was closed.
    wire.removeAllListeners("data");
    const told = once(wire, "data");
    for (let at = 0; at < 1_000; at++) bare.send(`43${at}[]`);
    await told;
    const taken = new Promise((resolve) => wire.write(Buffer.alloc(32 * 1_048_576), resolve));
    expect(await taken).toMatchObject({ syscall: "write" });
    await bare.closed;
  });

  test("X2: namespaces that do not exist cannot be asked for without end", async () => {
    await using server = await openTestServer();
    await using bare = await openBare(server.url);
    for (let at = 0; at < 1_000; at++) bare.send(`40/${"x".repeat(1_000)},`);
    await bare.closed;
  });

  test("X2: one connection is one customer, however often it asks to be let in", async () => {
    await using server = await openTestServer();
    await using bare = new BareSocket(server.url);
    await bare.frame("0{");
    const welcomes: string[] = [];
    bare.ws.on("message", (data) => String(data).startsWith("40{") && welcomes.push(String(data)));
    const refusal = bare.frame("44{");
    for (let at = 0; at < 50; at++) bare.send("40{}");
    expect(await refusal).toContain("too-many-connections");
    expect(welcomes.length).toBeLessThanOrEqual(1);
  });
});

test("S9: a thousand connections that opened a conversation and left at once leave nothing behind", async () => {
  await using stack = new AsyncDisposableStack();
  await using relay = await openTestServer();
  const env = { PORT: "0", HOST: "127.0.0.1", AUTH_SECRET: secret, ANTHROPIC_BASE_URL: relay.relayUrl };
  const options = { env: { ...env, ANTHROPIC_API_KEY: "sk-test" }, execArgv: ["--expose-gc"] };
  const node = stack.use(await openChild("node.child.ts", options));
  const { url } = node.hello;
  const customer = stack.use(await openCustomer(url));
  const comeAndGo = async () => {
    const bare = await openBare(url, guestOf(customer.opened));
    const { _socket: wire } = bare.ws as unknown as { _socket: { cork(): void; uncork(): void } };
    // One packet, so that the end is there before the conversation is.
    wire.cork();
    bare.send(commandFrame(1, "conversation:open", {}));
    bare.send("41");
    bare.ws.close();
    wire.uncork();
    await bare.closed;
  };
  const round = () => Promise.all(Array.from({ length: 50 }, comeAndGo));
  const bytes = async () => (await node.ask<{ bytes: number }>("memory")).bytes;
  for (let at = 0; at < 4; at++) await round();
  await customer.answerTo("你好");
  const before = await bytes();
  for (let at = 0; at < 20; at++) await round();
  await customer.answerTo("你好");
  const grown = async () => expect((await bytes()) - before).toBeLessThan(1_048_576);
  await vi.waitFor(grown, { timeout: 10_000, interval: 200 });
});

/** Sends what no honest client would; resolves with whatever comes back. */
function sendAnything(customer: TestCustomer, command: string, given: unknown): Promise<unknown> {
  // CAST: the types forbid exactly what is to be tried.
  const emit = customer.socket.emitWithAck as unknown as (name: string, payload: unknown) => Promise<unknown>;
  return emit.call(customer.socket, command, given);
}

function expectDecentReply(reply: unknown): void {
  const { ok, error } = reply as { ok: boolean; error?: { code: keyof typeof errors; message: string } };
  if (ok) return;
  expect(Object.keys(errors)).toContain(error?.code);
  expect(error?.code).not.toBe("internal");
  expect(error?.message.length).toBeLessThan(400);
}

/** Sends frames on a connection of their own, before or after it was let in, and leaves. */
async function sendFrames(url: string, frames: readonly (string | Buffer)[], letIn: boolean): Promise<void> {
  await using bare = letIn ? await openBare(url) : new BareSocket(url);
  if (!letIn) await bare.frame("0{");
  for (const given of frames) bare.send(given);
  bare.ws.close();
  await bare.closed;
}

test("S11: two pages that open at the same moment each see everything once", async () => {
  await using server = await openTestServer();
  await using one = await openCustomer(server.url);
  await using other = await openAgain(server.url, one);
  await Promise.all([one, one, other, other].map((page) => page.ask("conversation:open", {})));
  const { turnId, message } = await one.answerTo("[[sim: long chars=200]]");
  await other.fact("turn:ended");
  for (const page of [one, other]) expect(page.exactTextOf(turnId)).toBe(message?.text);
});
