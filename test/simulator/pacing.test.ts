import { once } from "node:events";
import { createConnection } from "node:net";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { cutText } from "../../src/simulator/pieces.ts";
import { openRandom } from "../../src/simulator/random.ts";
import { countTokens, takeTokens } from "../../src/simulator/tokens.ts";
import { openWheel } from "../../src/simulator/wheel.ts";
import { bodyOf, openTestRelay } from "./relay.ts";

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.lorem());
const chars = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant([2, 6] as const));

test("pieces are never empty, join to the text, and leave every pair whole", () => {
  fc.assert(
    fc.property(text, chars, fc.integer(), (whole, deltaChars, seed) => {
      const pieces = cutText(whole, { deltaChars, splitPairs: false }, openRandom(seed));
      expect(pieces.join("")).toBe(whole);
      expect(pieces.every((piece) => piece !== "")).toBe(true);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(whole.isWellFormed());
    }),
  );
});

test("with pairs split no piece holds one", () => {
  fc.assert(
    fc.property(text, chars, (whole, deltaChars) => {
      const pieces = cutText(whole, { deltaChars, splitPairs: true }, openRandom(1));
      expect(pieces.join("")).toBe(whole);
      expect(pieces.some((piece) => /[\ud800-\udbff][\udc00-\udfff]/.test(piece))).toBe(false);
    }),
  );
});

test("a text cut to its tokens is its longest beginning that fits", () => {
  fc.assert(
    fc.property(text, fc.nat(40), (whole, tokens) => {
      const kept = takeTokens(whole, tokens);
      expect(whole.startsWith(kept)).toBe(true);
      expect(countTokens(kept)).toBeLessThanOrEqual(tokens);
      if (kept !== whole) expect(countTokens(whole.slice(0, kept.length + 2))).toBeGreaterThanOrEqual(tokens);
    }),
  );
});

test("the wheel runs everything once, at its time or at most a tick later, however far away", () => {
  vi.useFakeTimers();
  try {
    const wheel = openWheel(() => performance.now());
    const fromMs = performance.now();
    const lateMs: number[] = [];
    const delaysMs = [0, 1, 3, 4, 40, 2047, 2048, 2050, 5000, 10_001];
    for (const delayMs of delaysMs) {
      wheel.schedule({ run: (nowMs) => lateMs.push(nowMs - fromMs - delayMs) }, fromMs + delayMs);
    }
    vi.advanceTimersByTime(11_000);
    expect(lateMs).toHaveLength(delaysMs.length);
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateMs)).toBeLessThanOrEqual(8);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("a client that does not read is waited for and gets everything when it reads again", async () => {
  await using relay = await openTestRelay();
  const chars = 400_000;
  const body = JSON.stringify(
    bodyOf(`[[sim: long chars=${chars}; pace chars=1]]`, { max_tokens: 64_000, stream: true }),
  );
  const socket = createConnection({ port: Number(new URL(relay.baseUrl).port), host: "127.0.0.1" });
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await once(socket, "readable");
  const written = async () => (await relay.requests())[0]?.deltas ?? 0;
  const seen: number[] = [];
  await expect
    .poll(async () => seen.push(await written()) > 1 && seen.at(-1) === seen.at(-2), { interval: 100 })
    .toBe(true);
  const before = seen.at(-1) ?? 0;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(60_000);
  let tail = "";
  for await (const part of socket) tail = (tail + part.toString()).slice(-400);
  expect(tail).toContain("message_stop");
});
