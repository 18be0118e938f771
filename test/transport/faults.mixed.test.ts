import { beforeAll, describe, expect, test } from "vitest";
import { type OpenCustomer, openCustomer } from "../support/customer.ts";
import { exactText } from "../support/exact-text.ts";
import { type FaultInput, openTestServer, withRelay } from "../support/server.ts";

const customers = 40;
/** What a quiet server may repeat, see `RetryBudget`. */
const reserve = 20;
const patienceMs = 90_000;

/** Whatever may pass, before the first text and in mid-answer: one request meets any of them with an equal chance. */
const passing: readonly FaultInput[] = [
  { kind: "rate-limit" },
  { kind: "rate-limit", retryAfter: "0.1" },
  { kind: "overloaded" },
  { kind: "api-error" },
  { kind: "unavailable", html: true },
  { kind: "html" },
  { kind: "destroy" },
  { kind: "silent" },
  { kind: "error-event" },
  { kind: "broken" },
  { kind: "cut", after: 3 },
  { kind: "cut", after: 8, reset: true },
  { kind: "end", after: 5 },
  { kind: "stall", after: 2 },
  { kind: "error-event", after: 4 },
  { kind: "broken", after: 6 },
];

/** A turn as its customer saw it, beside what the whole answer would be. */
interface Seen {
  readonly turnId: string;
  readonly outcome: string;
  readonly code: string | undefined;
  /** As the end told it. */
  readonly text: string;
  /** As the deltas spelt it. */
  readonly spelt: string;
  readonly whole: string;
}

/** No two answers are alike, nor alike in length. */
function wholeAnswer(customer: number, turn: number): string {
  const lines = Array.from({ length: 2 + ((customer + 3 * turn) % 5) }, (_, at) => `${customer}/${turn}/${at}`);
  return `${lines.map((line) => `${line}: 潮汐商店 🌊 thanks for asking.\n`).join("")}再见 🐚`;
}

/**
 * One turn after the other; whoever was left without a word asks the same again. The relay cuts characters of two units
 * in the middle.
 */
async function askAll(customer: OpenCustomer, number: number, turnsEach: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let turn = 0; turn < turnsEach; turn++) {
    const before = seen.at(-1);
    const whole = before?.text === "" ? before.whole : wholeAnswer(number, turn);
    const ended = await customer.answerTo(`[[sim: say ${JSON.stringify(whole)}; surrogates]]`);
    const { turnId, outcome, error, message } = ended;
    const spelt = exactText(customer, turnId);
    seen.push({ turnId, outcome, code: error?.code, text: message?.text ?? "", spelt, whole });
  }
  return seen;
}

/** What a reload shows of the answers: each with its turn, its outcome and its text. */
async function storedAnswers(customer: OpenCustomer) {
  const { messages } = await customer.ask("conversation:open", {});
  return messages
    .filter(({ author }) => author === "assistant")
    .map(({ turnId, outcome, error, text }) => ({ turnId, outcome, code: error?.code, text }));
}

/** So many turns of each customer on a server each of whose requests is struck with the chance `share`. */
async function openWeather(share: number, turnsEach: number) {
  // Patient: server, relay and customers share one process here, and only the relay's own faults are to count.
  const config = withRelay({ firstTokenMs: 3_000, idleMs: 3_000, backoffMs: 5 });
  // The seed says which requests are struck, the first, the second and so on, so every run has the same weather.
  const simulator = { pace: { firstTokenMs: 1, deltaMs: 4, deltaChars: 8 }, seed: 1 };
  await using server = await openTestServer({ config, simulator });
  const shareOfEach = 1 - (1 - share) ** (1 / passing.length);
  for (const fault of passing) await server.misbehave({ ...fault, share: shareOfEach, times: "all" });
  await using stack = new AsyncDisposableStack();
  const crowd: OpenCustomer[] = [];
  for (let number = 0; number < customers; number++) crowd.push(stack.use(await openCustomer(server.url)));
  const seen = (await Promise.all(crowd.map((customer, number) => askAll(customer, number, turnsEach)))).flat();
  const stored = (await Promise.all(crowd.map(storedAnswers))).flat();
  return { turns: customers * turnsEach, seen, stored, calls: (await server.requests()).length, logged: server.logged };
}

type Weather = Awaited<ReturnType<typeof openWeather>>;

const completed = ({ seen }: Weather) => seen.filter(({ outcome }) => outcome === "completed");
const failed = ({ seen }: Weather) => seen.filter(({ outcome }) => outcome === "failed");

/** What is true in any weather. */
function testTruths(weather: () => Weather): void {
  test("S5: every turn has an outcome, and a reload shows the same one", () => {
    const { turns, seen, stored, calls } = weather();
    console.log(
      `U4: ${calls} calls for ${turns} turns: ${completed(weather()).length} completed, ${failed(weather()).length} told`,
    );
    expect(seen).toHaveLength(turns);
    expect(completed(weather()).length + failed(weather()).length).toBe(turns);
    expect(stored).toEqual(seen.map(({ turnId, outcome, code, text }) => ({ turnId, outcome, code, text })));
  });

  test("S5: no answer that was cut is called complete, and none lost or doubled a character", () => {
    for (const { whole, text, spelt } of completed(weather())) expect([text, spelt]).toEqual([whole, whole]);
  });

  test("U3 X5: each failed attempt is one line of the log, with its reason and without any text", () => {
    const { logged, calls } = weather();
    const lines = logged.filter(({ level, msg }) => level === 40 && String(msg).startsWith("relay: "));
    expect(lines).toHaveLength(calls - completed(weather()).length);
    expect(logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(JSON.stringify(logged)).not.toMatch(/潮汐商店|thanks for asking|再见|sk-test/);
  });
}

describe("when 8 % of the requests are struck", () => {
  let weather: Weather;
  beforeAll(async () => {
    weather = await openWeather(0.08, 10);
  }, patienceMs);
  testTruths(() => weather);

  test("U4: the relay is called more often than there are turns, but at most 1.1 times as often", () => {
    expect(weather.calls).toBeGreaterThan(weather.turns);
    expect(weather.calls / weather.turns).toBeLessThanOrEqual(1.1);
  });

  test("U4: nobody is told of a fault before the first text, and hardly anybody of another", () => {
    expect(failed(weather).filter(({ text }) => text === "")).toEqual([]);
    expect(completed(weather).length).toBeGreaterThanOrEqual(0.99 * weather.turns);
  });
});

describe("when a third of the requests are struck", () => {
  let weather: Weather;
  beforeAll(async () => {
    weather = await openWeather(1 / 3, 4);
  }, patienceMs);
  testTruths(() => weather);

  test("U4: the relay is called at most 1.1 times as often as there are turns, and 20 times more", () => {
    expect(weather.calls).toBeLessThanOrEqual((11 * weather.turns) / 10 + reserve);
  });

  test("U3: what failed says why and keeps its text", () => {
    for (const { whole, text, spelt, code } of failed(weather)) {
      expect(code).toMatch(text === "" ? /^assistant-(busy|slow|unreachable|cut)$/ : /^assistant-cut$/);
      expect(spelt).toBe(text);
      expect(whole.startsWith(text)).toBe(true);
    }
  });

  test("U4: all that may be repeated is: the customers are told of the rest alone", () => {
    expect(weather.calls).toBeGreaterThan((11 * weather.turns) / 10);
    expect(failed(weather).length).toBeLessThan(weather.turns / 3);
  });
});
