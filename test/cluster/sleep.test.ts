import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { guestOf, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { asking, openService, writtenBy } from "./service.support.ts";
import { readStored, type Stored } from "./stored.support.ts";
import { Browser, openTab, type Tab } from "./tab.support.ts";

const customers = 30;
const chars = 1_500;
const sleepMs = 10_000;

/** A customer whose answer is written by the node that will sleep, and who looks at another one too. */
interface Reader {
  readonly here: OpenCustomer;
  readonly there: OpenCustomer;
  readonly tab: Tab;
  readonly turnId: string;
}

async function openReader(sleepy: string, awake: string): Promise<Reader> {
  const here = await openCustomer(sleepy);
  const there = await openAgain(awake, here);
  const tab = await openTab([awake], new Browser(here.opened.guestToken));
  return { here, there, tab, turnId: await here.begin(asking({ chars, deltaMs: 25, deltaChars: 25 })) };
}

/** Everything that a customer is told from now on. */
function listen({ facts }: OpenCustomer) {
  const from = facts.length;
  return () => facts.slice(from);
}

/** A customer at the moment at which the node wakes. */
interface Witness extends Reader {
  readonly stored: Stored;
  readonly toldHere: ReturnType<typeof listen>;
  readonly toldThere: ReturnType<typeof listen>;
}

function expectOneAnswer({ stored: { turn, answers }, there, tab, turnId }: Witness): void {
  expect(turn).toMatchObject({ outcome: "completed" });
  expect(turn.text).toHaveLength(chars);
  expect(answers.map(({ text }) => text)).toEqual([turn.text]);
  expect(tab.textOf(turnId)).toBe(turn.text);
  expect(there.textOf(turnId)).toBe(turn.text);
}

/** A stop between the look at the clock and the write to the socket cannot be seen by the process that is stopped. */
const mostUnderThePen = 2;
const framedAtOnce = 100;

/** But for what was on its way to a socket when the process was stopped; a page drops it by its epoch (S4). */
function expectNothingLate(witnesses: readonly Witness[]): void {
  const late = witnesses.flatMap(({ toldHere, toldThere, stored, turnId }) =>
    [toldHere(), toldThere()].flatMap((told) =>
      told.flatMap(({ name, payload }) =>
        name === "turn:delta" && payload.turnId === turnId && payload.epoch < stored.turn.epoch ? [payload.text] : [],
      ),
    ),
  );
  expect(late.length, late.join(" | ")).toBeLessThanOrEqual(mostUnderThePen);
  for (const text of late) expect(text.length).toBeLessThanOrEqual(framedAtOnce);
}

test("N1, H1: a node that slept for ten seconds wakes, and nobody is told a word of what it was writing", {
  timeout: 60_000,
}, async () => {
  await using service = await openService();
  await using stack = new AsyncDisposableStack();
  const [sleepy] = service.nodes;
  const [url = "", awake = ""] = service.urls;
  const readers = await Promise.all(Array.from({ length: customers }, () => openReader(url, awake)));
  for (const { here, there, tab } of readers) for (const open of [here, there, tab]) stack.use(open);
  const storedOf = ({ here, turnId }: Reader) => readStored(awake, guestOf(here.opened), turnId);

  const written = sleepy ? await writtenBy(sleepy) : 0;
  const sleptAt = performance.now();
  sleepy?.child.kill("SIGSTOP");
  await Promise.all(readers.map(({ tab, turnId }) => tab.ended(turnId)));
  console.log(
    `N1: ${customers} answers ended ${Math.round(performance.now() - sleptAt)} ms after their node fell asleep`,
  );
  const witnesses = await Promise.all(readers.map(async (reader) => ({ ...reader, stored: await storedOf(reader) })));
  await pause(sleepMs - (performance.now() - sleptAt));
  const woken = witnesses.map((witness) => ({
    ...witness,
    toldHere: listen(witness.here),
    toldThere: listen(witness.there),
  }));
  sleepy?.child.kill("SIGCONT");

  // It serves on, a newcomer and those who stayed with it.
  await using newcomer = await openCustomer(url);
  const asked = [newcomer, ...readers.map(({ here }) => here)].map((who) => who.answerTo(asking({ chars: 100 })));
  for (const end of await Promise.all(asked)) expect(end).toMatchObject({ outcome: "completed" });
  expect(sleepy?.tail).toContain("taken for dead");
  for (const witness of woken) {
    expectOneAnswer(witness);
    // What was written meanwhile is shown to those who stayed.
    const [answer] = witness.stored.answers;
    await witness.here.fact("message:added", ({ message }) => message.messageId === answer?.messageId);
    const { turn, answers } = await storedOf(witness);
    expect({ turn, answer: answers[0] }).toEqual({ turn: witness.stored.turn, answer: witness.stored.answers[0] });
  }
  // The other node has begun a few itself where the first was busy.
  const wentOn = woken.filter(({ stored }) => stored.turn.epoch === 2);
  expect(wentOn.length).toBeGreaterThanOrEqual(0.9 * written);
  expectNothingLate(woken);
  expect(service.faults).toEqual([]);
});
