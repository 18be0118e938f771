import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { SimulatorOptions } from "../../src/simulator/server.ts";
import { freshId, guestOf, openAgain, openCustomer, TestCustomer } from "../support/customer.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";

const long = (chars: number) => `[[sim: long chars=${chars}]]`;

/** Slow enough to act in the middle of an answer. */
const leisurely: SimulatorOptions = { pace: { firstTokenMs: 1, deltaMs: 4, deltaChars: 10 } };

async function upstreamState(server: TestServer, question: string): Promise<string | undefined> {
  const requests = await server.requests();
  return requests.findLast((request) => JSON.stringify(request.body).includes(question))?.state;
}

describe("the pace of an answer", () => {
  test("S1: the first text leaves by itself, without waiting for more to put beside it", async () => {
    await using server = await openTestServer({ simulator: { pace: { firstTokenMs: 1, deltaMs: 3, deltaChars: 7 } } });
    await using customer = await openCustomer(server.url);
    const { turnId } = await customer.answerTo(long(210));
    expect(customer.deltasOf(turnId)[0]).toMatchObject({ offset: 0, text: long210.slice(0, 7) });
  });

  test("S1: what is not sent at once is sent although the relay falls silent", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const turnId = await customer.begin(`${long(400)} [[sim: stall after=20]]`);
    await vi.waitFor(() => expect(customer.textOf(turnId)).toHaveLength(160));
    await customer.ask("turn:stop", { turnId });
  });

  test("S2: bytes on the wire grow with the length of the answer and not with its square", async () => {
    await using server = await openTestServer({
      config: generous,
      simulator: { pace: { firstTokenMs: 1, deltaMs: 1, deltaChars: 16 } },
    });
    const bytesPerChar: number[] = [];
    for (const chars of [2_000, 4_000, 8_000, 16_000]) {
      await using customer = await openCustomer(server.url);
      const before = customer.wire.bytesRead;
      const { message } = await customer.answerTo(long(chars));
      expect(message?.text).toHaveLength(chars);
      bytesPerChar.push((customer.wire.bytesRead - before) / chars);
    }
    console.log(`S2: bytes per character ${bytesPerChar.map((bytes) => bytes.toFixed(1)).join(", ")}`);
    expect(Math.max(...bytesPerChar)).toBeLessThan(2 * Math.min(...bytesPerChar));
  });
});

describe("the text of an answer", () => {
  test("S3: deltas put together are the stored message, each character once", async () => {
    await using server = await openTestServer({ config: generous });
    await using customer = await openCustomer(server.url);
    const { turnId, message, outcome } = await customer.answerTo(long(3_000));
    expect(outcome).toBe("completed");
    expect(message?.text).toHaveLength(3_000);
    expect(customer.exactTextOf(turnId)).toBe(message?.text);
  });

  test("S3: characters that the relay cut in two arrive whole", async () => {
    const said = "浪🌊贝壳🐚👩‍👩‍👧‍👦🇨🇳".repeat(30);
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const { turnId, message } = await customer.answerTo(`[[sim: surrogates; pace chars=3; say "${said}"]]`);
    expect(message?.text).toBe(said);
    expect(customer.exactTextOf(turnId)).toBe(said);
  });

  test("S11: two pages of one customer see the same answer, wherever it was asked", async () => {
    await using server = await openTestServer();
    await using one = await openCustomer(server.url);
    await using other = await openAgain(server.url, one);
    const { turnId, message } = await one.answerTo(long(800));
    await other.fact("turn:ended");
    expect(other.exactTextOf(turnId)).toBe(message?.text);
    expect(other.facts.filter(({ name }) => name === "message:added")).toHaveLength(1);
  });

  test("S11: a page that opens in mid-answer goes on exactly where its snapshot ends", async () => {
    await using server = await openTestServer({ simulator: leisurely });
    await using one = await openCustomer(server.url);
    const turnId = await one.begin(long(900));
    await using late = await openAgain(server.url, one);
    expect(late.opened.turn).toMatchObject({ turnId, state: "streaming", epoch: 1, offset: 0 });
    const { message } = await late.fact("turn:ended");
    expect(late.exactTextOf(turnId, late.opened.turn?.text)).toBe(message?.text);
  });

  test("S3: a page that has a beginning is given the rest only", async () => {
    await using server = await openTestServer({ simulator: leisurely });
    await using one = await openCustomer(server.url);
    const turnId = await one.begin(long(900));
    const have = { turnId, epoch: 1, offset: one.textOf(turnId).length };
    const before = one.textOf(turnId);
    const { turn } = await one.ask("conversation:open", { have });
    const known = one.facts.length;
    const { message } = await one.fact("turn:ended");
    expect(turn?.offset).toBe(have.offset);
    const later = one.facts.slice(known).filter(({ name }) => name === "turn:delta");
    expect(before + (turn?.text ?? "") + later.map(({ payload }) => payload.text).join("")).toBe(message?.text);
  });
});

describe("taking an answer up again", () => {
  test("S10: a customer who is gone for a while gets every character once, and the answer never paused", async () => {
    await using server = await openTestServer({ simulator: leisurely, config: generous });
    await using customer = await openCustomer(server.url);
    const turnId = await customer.begin(long(1_500));
    customer.socket.disconnect();
    await vi.waitFor(async () => expect((await server.requests())[0]?.deltas).toBeGreaterThan(40));
    const before = customer.textOf(turnId);
    await using back = await new TestCustomer(server.url, { auth: guestOf(customer.opened) }).connected();
    const { turn } = await back.ask("conversation:open", { have: { turnId, epoch: 1, offset: before.length } });
    expect(turn?.offset).toBe(before.length);
    const { message, outcome } = await back.fact("turn:ended");
    expect(outcome).toBe("completed");
    expect(back.exactTextOf(turnId, before + turn?.text)).toBe(message?.text);
  });

  test("S5: an answer that ended while nobody looked is in the conversation, with its outcome", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: long(200) });
    customer.socket.disconnect();
    await vi.waitFor(() => expect(server.logged.some(({ msg }) => msg === "turn completed")).toBe(true));
    await using back = await openAgain(server.url, customer);
    expect(back.opened.turn).toBeNull();
    expect(back.opened.messages.at(-1)).toMatchObject({ author: "assistant", turnId, outcome: "completed" });
    expect(back.opened.messages.at(-1)?.text).toHaveLength(200);
  });

  test("S3: turn:resume gives the text from any offset and epoch, while the answer runs", async () => {
    await using server = await openTestServer({ simulator: leisurely, config: generous });
    await using customer = await openCustomer(server.url);
    const turnId = await customer.begin(long(2_000));
    const places = fc.sample(fc.tuple(fc.nat(3), fc.nat(2_500)), { numRuns: 60, seed: 7 });
    const given = [];
    for (const [epoch, offset] of places) {
      const known = customer.textOf(turnId).length;
      const resumed = await customer.ask("turn:resume", { turnId, epoch, offset });
      expect(resumed.offset).toBe(epoch === 0 ? 0 : Math.min(offset, resumed.offset + resumed.text.length));
      expect(resumed.offset + resumed.text.length).toBeGreaterThanOrEqual(known);
      given.push(resumed);
    }
    expect(given.at(-1)?.state).toBe("streaming");
    const text = (await customer.fact("turn:ended")).message?.text ?? "";
    for (const { offset, text: piece } of given) expect(text.slice(offset, offset + piece.length)).toBe(piece);
  });

  test("S5: turn:resume gives the text from any offset and epoch, with its outcome, after the end", async () => {
    await using server = await openTestServer({ config: generous });
    await using customer = await openCustomer(server.url);
    const { turnId, message } = await customer.answerTo(long(700));
    const text = message?.text ?? "";
    for (const [epoch, offset] of fc.sample(fc.tuple(fc.nat(3), fc.nat(1_000)), { numRuns: 60, seed: 8 })) {
      const from = epoch === 0 ? 0 : Math.min(offset, text.length);
      const resumed = await customer.ask("turn:resume", { turnId, epoch, offset });
      const state = { state: "ended", epoch: 1, outcome: "completed" };
      expect(resumed).toEqual({ ...state, offset: from, text: text.slice(from) });
    }
  });

  test("X3: the largest offset and epoch that are let through give an empty rest and no fault", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const { turnId, message } = await customer.answerTo(long(100));
    const resumed = await customer.ask("turn:resume", { turnId, epoch: 1_000_000, offset: 10_000_000 });
    expect(resumed).toMatchObject({ state: "ended", offset: message?.text.length, text: "" });
  });
});

describe("stopping", () => {
  test("S10: stopping keeps the text, marks it, and tells everybody", async () => {
    await using server = await openTestServer({ simulator: leisurely });
    await using customer = await openCustomer(server.url);
    await using other = await openAgain(server.url, customer);
    const turnId = await customer.begin(long(900));
    expect(await customer.ask("turn:stop", { turnId })).toEqual({ outcome: "stopped" });
    const { message, outcome } = await other.fact("turn:ended");
    expect(outcome).toBe("stopped");
    expect(message).toMatchObject({ outcome: "stopped", text: other.textOf(turnId) });
    expect(message?.text.length).toBeLessThan(900);
  });

  test("S10: not one delta follows the acknowledgement of turn:stop", async () => {
    await using server = await openTestServer({ simulator: leisurely, config: generous });
    await using customer = await openCustomer(server.url);
    for (let round = 0; round < 5; round++) {
      const turnId = await customer.begin(long(900));
      await customer.ask("turn:stop", { turnId });
      const known = customer.deltasOf(turnId).length;
      await customer.answerTo(long(40));
      expect(customer.deltasOf(turnId)).toHaveLength(known);
    }
  });

  test("S10: stopping aborts the request to the relay", async () => {
    await using server = await openTestServer({ simulator: leisurely });
    await using customer = await openCustomer(server.url);
    const turnId = await customer.begin(long(900));
    await customer.ask("turn:stop", { turnId });
    await vi.waitFor(async () => expect(await upstreamState(server, "long chars=900")).toBe("aborted"));
  });

  test("S10: an answer that has not begun to stream can be stopped too", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: "[[sim: silent]] 你好" });
    expect(await customer.ask("turn:stop", { turnId: turnId ?? "" })).toEqual({ outcome: "stopped" });
    expect(await customer.fact("turn:ended")).toMatchObject({ turnId, outcome: "stopped", message: { text: "" } });
  });

  test("S10: stopping a waiting turn leaves the running answer alone, and the relay never hears of it", async () => {
    await using server = await openTestServer({ simulator: leisurely });
    await using customer = await openCustomer(server.url);
    const running = await customer.begin(long(600));
    const waiting = await customer.ask("message:send", { messageId: freshId(), text: "还有货吗？" });
    expect(waiting.turnId).not.toBe(running);
    const stopped = await customer.ask("turn:stop", { turnId: waiting.turnId ?? "" });
    expect(stopped).toEqual({ outcome: "stopped" });
    const ended = await customer.fact("turn:ended", ({ turnId }) => turnId === waiting.turnId);
    expect(ended).toMatchObject({ epoch: 0, outcome: "stopped" });
    expect(await customer.fact("turn:ended", ({ turnId }) => turnId === running)).toMatchObject({
      outcome: "completed",
    });
    expect(await server.requests()).toHaveLength(1);
  });

  test("S5: stopping at the very end gives the stored outcome, whichever came first", async () => {
    await using server = await openTestServer({ config: generous });
    await using customer = await openCustomer(server.url);
    for (let round = 0; round < 30; round++) {
      const turnId = await customer.begin(long(8 + (round % 6) * 8));
      const { outcome } = await customer.ask("turn:stop", { turnId });
      const ended = await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
      expect(ended).toMatchObject({ outcome, message: { outcome, text: customer.exactTextOf(turnId) } });
      expect(await customer.ask("turn:stop", { turnId })).toEqual({ outcome });
    }
  });
});

const long210 = "第 1 段：潮汐商店为您服务，请放心选购。\n";
