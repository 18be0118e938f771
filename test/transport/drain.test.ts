import { expect, test, vi } from "vitest";
import type { SimulatorOptions } from "../../src/simulator/server.ts";
import { freshId, guestOf, openCustomer, TestCustomer } from "../support/customer.ts";
import { openTestServer } from "../support/server.ts";

const leisurely: SimulatorOptions = { pace: { firstTokenMs: 1, deltaMs: 4, deltaChars: 10 } };
const long = "[[sim: long chars=600]]";
const patient = { DRAIN_SECONDS: "10" };

test("N3: an answer that runs when the node begins to close is finished", async () => {
  await using server = await openTestServer({ simulator: leisurely, env: patient });
  await using customer = await openCustomer(server.url);
  const turnId = await customer.begin(long);
  const closed = server.app.close();
  const { outcome, message } = await customer.fact("turn:ended");
  expect(outcome).toBe("completed");
  expect(customer.exactTextOf(turnId)).toBe(message?.text);
  await closed;
});

test("N3: what waits behind a running answer is answered too", async () => {
  await using server = await openTestServer({ simulator: leisurely, env: patient });
  await using customer = await openCustomer(server.url);
  await customer.begin(long);
  const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: "还有货吗" });
  const closed = server.app.close();
  const ended = await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
  expect(ended.outcome).toBe("completed");
  await closed;
});

test("N3: while the node closes, a new question is refused as draining, to be sent again elsewhere", async () => {
  await using server = await openTestServer({ simulator: leisurely, env: patient });
  await using customer = await openCustomer(server.url);
  await customer.begin(long);
  const closed = server.app.close();
  const reply = await customer.send("message:send", { messageId: freshId(), text: "你好" });
  expect(reply).toMatchObject({ ok: false, error: { code: "draining", retryable: true } });
  await closed;
});

test("N3: while the node closes, nobody new gets in, and a balancer can see it", async () => {
  await using server = await openTestServer({ simulator: leisurely, env: patient });
  await using customer = await openCustomer(server.url);
  await customer.begin(long);
  const closed = server.app.close();
  const ready = await fetch(`${server.url}/readyz`);
  const alive = await fetch(`${server.url}/healthz`);
  const handshake = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
  const chat = await fetch(`${server.url}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"text":"你好"}',
  });
  expect([ready.status, alive.status, handshake.status, chat.status]).toEqual([503, 200, 403, 503]);
  expect(await ready.json()).toEqual({ ok: false, why: "draining" });
  expect(await chat.json()).toMatchObject({ ok: false, error: { code: "draining" } });
  await closed;
});

test("N3: sockets are told, and let go in a way after which a client connects again by itself", async () => {
  await using server = await openTestServer();
  await using guest = await openCustomer(server.url);
  const again = { reconnection: true, reconnectionDelay: 60_000, auth: guestOf(guest.opened) };
  await using customer = await new TestCustomer(server.url, again).connected();
  await customer.ask("conversation:open", {});
  const gone = new Promise<string>((resolve) => customer.socket.once("disconnect", resolve));
  const closed = server.app.close();
  expect(await gone).toBe("transport close");
  expect(customer.facts.at(-1)?.name).toBe("node:draining");
  expect(customer.socket.active).toBe(true);
  await closed;
});

test("N3: who waits for nothing is let go at once, who is being answered stays to the end", async () => {
  await using server = await openTestServer({ simulator: leisurely, env: patient });
  await using idle = await openCustomer(server.url);
  await using reader = await openCustomer(server.url);
  await reader.begin(long);
  const order: string[] = [];
  const gone = (name: string, customer: TestCustomer) =>
    new Promise<void>((resolve) =>
      customer.socket.once("disconnect", () => {
        order.push(name);
        resolve();
      }),
    );
  const bothGone = Promise.all([gone("idle", idle), gone("reader", reader)]);
  await Promise.all([server.app.close(), bothGone]);
  expect(order).toEqual(["idle", "reader"]);
  expect(reader.facts.map(({ name }) => name).slice(-2)).toEqual(["turn:ended", "node:draining"]);
});

test("N3: an answer longer than the drain ends as failed, with its text, and says why", async () => {
  await using server = await openTestServer({ env: { DRAIN_SECONDS: "1" } });
  await using customer = await openCustomer(server.url);
  const turnId = await customer.begin("[[sim: long chars=400; stall after=20]]");
  await vi.waitFor(() => expect(customer.textOf(turnId)).toHaveLength(160));
  const closed = server.app.close();
  const { outcome, error, message } = await customer.fact("turn:ended");
  expect({ outcome, code: error?.code }).toEqual({ outcome: "failed", code: "draining" });
  expect(message?.text).toBe(customer.textOf(turnId));
  await closed;
});

test("N3: what still waits when the time is over ends too, and says why", async () => {
  await using server = await openTestServer({ env: { DRAIN_SECONDS: "1" } });
  await using customer = await openCustomer(server.url);
  await customer.begin("[[sim: stall after=3]]");
  const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: "你好" });
  const closed = server.app.close();
  const { outcome, error } = await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
  expect({ outcome, code: error?.code }).toEqual({ outcome: "failed", code: "draining" });
  await closed;
});

test("N3: somebody who reads nothing does not keep the node from closing", async () => {
  await using server = await openTestServer({ env: { DRAIN_SECONDS: "0" } });
  await using customer = await openCustomer(server.url);
  customer.wire.pause();
  const startedAt = performance.now();
  await server.app.close();
  expect(performance.now() - startedAt).toBeLessThan(8_000);
});

test("N3: closing twice is closing once", async () => {
  await using server = await openTestServer();
  await Promise.all([server.app.close(), server.app.close()]);
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
});
