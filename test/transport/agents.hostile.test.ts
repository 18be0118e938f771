import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentCommands } from "../../src/contract/events.ts";
import { openSimulator } from "../../src/simulator/server.ts";
import { TestAgent as Agent, openAgent, type TestAgent, tokenOf } from "../support/agent.ts";
import { BareSocket } from "../support/bare.ts";
import { openChild } from "../support/child.ts";
import { freshId, openCustomer } from "../support/customer.ts";
import { generous, openTestServer, secret, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ config: generous });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends what the contract does not know; gives the reply's error code, or `ok`. */
async function codeOf(agent: Pick<TestAgent, "socket">, name: string, payload: unknown): Promise<string> {
  // CAST: hostile names and payloads are none of the contract's.
  const send = agent.socket.timeout(10_000) as unknown as {
    emitWithAck(name: string, payload: unknown): Promise<{ ok: boolean; error?: { code: string } }>;
  };
  const reply = await send.emitWithAck(name, payload);
  return reply.error?.code ?? "ok";
}

const ids = fc.constantFrom("nowhere", "", "x".repeat(65), "../a", "__proto__", 7, null, ["c"], { $ne: "" });
const texts = fc.constantFrom("", " ", "x".repeat(4_001), "\u0000", "\ud800", 7, null, "x".repeat(9_000), [], {
  a: 1,
});
const payload = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.record({ conversationId: ids, messageId: ids, text: texts, note: texts, to: texts, tags: texts, view: texts }),
  fc.record({ conversationId: ids, have: fc.jsonValue({ maxDepth: 2 }), active: texts, state: texts, turnId: ids }),
  fc.constant({ conversationId: "nowhere", tags: Array(11).fill("x"), note: "x".repeat(2_001) }),
);

test("X3 whatever comes as an agent's command is answered once, changes nothing, and nothing breaks", {
  timeout: 60_000,
}, async () => {
  await using li = await openAgent(server.url, "Li");
  const fine = new Set(["inbox:open", "conversation:leave", "presence:set"]);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(agentCommands)), payload, async (name, given) => {
      const code = await codeOf(li, name, given);
      if (code === "ok") expect(fine).toContain(name);
      else expect(["bad-request", "not-found", "too-large", "not-open", "agents-away"]).toContain(code);
    }),
    { numRuns: 200, endOnFailure: true },
  );
  expect(server.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  expect((await li.openInbox()).me.agentId).toBe("li@shop");
});

test("X1 customers have no agents' commands, and agents none of the customers'", async () => {
  await using customer = await openCustomer(server.url);
  await using li = await openAgent(server.url, "Li");
  const { conversationId } = customer.opened;
  // CAST: only the socket is needed.
  const asAgent = customer as unknown as Pick<TestAgent, "socket">;
  for (const name of ["inbox:open", "conversation:take", "conversation:join", "whisper:send", "note:add"])
    expect([name, await codeOf(asAgent, name, { conversationId, text: "x" })]).toEqual([name, "unknown-command"]);
  for (const name of ["conversation:open", "agent:request", "agent:cancel", "message:rate", "conversation:rate"])
    expect([name, await codeOf(li, name, { conversationId })]).toEqual([name, "unknown-command"]);
  expect(await codeOf(li, "conversation:take", { conversationId: "guest:other" })).toBe("bad-request");
});

test.each([
  ["markup", "<img src=x onerror=alert(1)>\"'&", "li@shop"],
  ["letters that run backwards", "\u202eiL\u2066\u200f", "li\u202e@shop"],
  ["the longest name and id", "L".repeat(100), "l".repeat(200)],
  ["an id of odd characters", "Li", 'agent:li" \\ \n {"a":1} | %d 亲 🌊 [^"]*'],
  ["half a surrogate pair", "Li\ud800", "li\udfff@shop"],
])("H1 H5 an agent with %s takes, speaks and hands back like any other", async (_, name, sub) => {
  const li = await new Agent(server.url, await tokenOf({ sub, role: "agent", name })).connected();
  await using customer = await openCustomer(server.url);
  const { conversationId } = customer.opened;
  await li.openInbox();
  await li.ask("conversation:join", { conversationId });
  await li.ask("conversation:take", { conversationId });
  await li.ask("conversation:take", { conversationId });
  await li.ask("message:send", { conversationId, messageId: freshId(), text: "Here I am." });
  await li.ask("whisper:send", { conversationId, text: "be kind" });
  await li.row(conversationId, ({ responder }) => responder.kind === "agent");
  await li.ask("conversation:return", { conversationId, note: "done" });
  await customer.fact("responder:changed", ({ responder }) => responder.kind === "assistant");
  await li[Symbol.asyncDispose]();
  expect(server.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});

test("X2 however many conversations are joined at once, one page shows fifty", async () => {
  await using li = await openAgent(server.url, "Li");
  const customers = await Promise.all(Array.from({ length: 60 }, () => openCustomer(server.url)));
  const codes = await Promise.all(
    customers.map(({ opened: { conversationId } }) => codeOf(li, "conversation:join", { conversationId })),
  );
  expect(codes.filter((code) => code === "ok")).toHaveLength(50);
  expect(codes.filter((code) => code === "rate-limited")).toHaveLength(10);
  await Promise.all(customers.map((customer) => customer[Symbol.asyncDispose]()));
});

test.each(["agent", "operator"])("X2 one connection is one %s, however often it asks to be let in", async (role) => {
  await using bare = new BareSocket(server.url);
  await bare.frame("0{");
  const welcomes: string[] = [];
  bare.ws.on("message", (data) => String(data).startsWith(`40/${role}s,{`) && welcomes.push(String(data)));
  const refusal = bare.frame(`44/${role}s,{`);
  const auth = JSON.stringify({ token: await tokenOf({ sub: "li@shop", role, name: "Li" }) });
  for (let at = 0; at < 20; at++) bare.send(`40/${role}s,${auth}`);
  expect(await refusal).toContain("too-many-connections");
  expect(welcomes.length).toBeLessThanOrEqual(1);
});

test("X2 an agent who floods is refused and then cut, and disturbs nobody else", async () => {
  await using narrow = await openTestServer({
    config: (config) => ({ ...config, limits: { ...config.limits, commandsPerSecond: 10, commandsBurst: 20 } }),
  });
  await using li = await openAgent(narrow.url, "Li");
  await using wang = await openAgent(narrow.url, "Wang");
  const cut = new Promise<void>((resolve) => li.socket.once("disconnect", () => resolve()));
  const codes = Array.from({ length: 200 }, () => codeOf(li, "presence:set", { state: "away" }).catch(() => "cut"));
  await cut;
  expect(await codes[50]).toBe("rate-limited");
  await wang.ask("presence:set", { state: "available" });
});

test("S9 an agent's socket that reads nothing of fifty live conversations costs the node less than 2 MB", {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 2, deltaChars: 400 } }));
  const upstream = { ANTHROPIC_BASE_URL: simulator.baseUrl, ANTHROPIC_API_KEY: "sk-test" };
  const env = { PORT: "0", HOST: "127.0.0.1", AUTH_SECRET: secret, ...upstream };
  const node = stack.use(await openChild("node.child.ts", { env, execArgv: ["--expose-gc"] }));
  const bytes = async () => (await node.ask<{ bytes: number }>("memory")).bytes;
  const customers = await Promise.all(Array.from({ length: 50 }, () => openCustomer(node.hello.url)));
  for (const customer of customers) stack.use(customer);
  const round = () => Promise.all(customers.map((customer) => customer.answerTo("[[sim: long chars=20000]]")));
  await round();
  const grown = async () => {
    const before = await bytes();
    for (let at = 0; at < 4; at++) await round();
    return (await bytes()) - before;
  };
  const without = await grown();
  const li = stack.use(await openAgent(node.hello.url, "Li"));
  for (const { opened } of customers) await li.ask("conversation:join", { conversationId: opened.conversationId });
  // CAST: socket.io-client runs on the `ws` package here, whose TCP socket has no public name.
  const { ws } = li.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } };
  ws._socket.pause();
  const cost = (await grown()) - without;
  console.log(`S9: an agent who reads nothing of 50 conversations costs ${Math.round(cost / 1_024)} KB`);
  expect(cost).toBeLessThan(2 * 1_048_576);
});
