import { expect, test } from "vitest";
import { asking, openService, type Service, writtenBy } from "./service.support.ts";
import { readStored } from "./stored.support.ts";
import { openTab, type Tab } from "./tab.support.ts";

const customers = 100;
const withinMs = 5_000;
/** An answer grows by half a character each millisecond. */
const pace = { deltaMs: 50, deltaChars: 25 };
const charsPerMs = pace.deltaChars / pace.deltaMs;
/** All answers would end so long after the first question, whenever their own was asked. */
const lastMs = 3_000;
/** What they have still to say when their node dies. */
const leftChars = 500;
/** What the relay gives in half a second: the log may be so far behind what customers have read. */
const logChars = 250;

/** Somebody at the node that will die. */
interface Customer {
  readonly tab: Tab;
  /** A node that lives, to which the tab will come. */
  readonly refuge: string;
  /** A tab that is there already, for some. */
  readonly second: Tab | null;
}

/** Who reads an answer of that node. */
interface Reader extends Customer {
  readonly turnId: string;
  /** So long the answer will be. */
  readonly chars: number;
  /** Every text that the tab has shown. */
  readonly shown: readonly string[];
}

async function openAtFirst({ urls }: Service, at: number): Promise<Customer> {
  const [dying = "", ...others] = urls;
  const refuge = others[at % others.length] ?? "";
  const tab = await openTab([dying, refuge]);
  return { tab, refuge, second: at % 4 === 0 ? await openTab([refuge], tab.browser) : null };
}

/** A few at a time, so that no question waits for a hundred others and all answers are live at once. */
async function askAll(all: readonly Customer[]): Promise<Reader[]> {
  const readers: Reader[] = [];
  const endAt = performance.now() + lastMs;
  for (let from = 0; from < all.length; from += 10) {
    const chars = Math.max(2 * leftChars, Math.round((endAt - performance.now()) * charsPerMs));
    readers.push(...(await Promise.all(all.slice(from, from + 10).map((customer) => ask(customer, chars)))));
  }
  return readers;
}

async function ask(customer: Customer, chars: number): Promise<Reader> {
  const turnId = await customer.tab.ask(asking({ chars, ...pace }));
  return { ...customer, turnId, chars, shown: customer.tab.watch(turnId) };
}

/** @returns true when another node went on with it, and did not write it from the beginning */
async function expectWhole({ tab, turnId, chars, shown, refuge, second }: Reader): Promise<boolean> {
  const { questions, answers, turn } = await readStored(refuge, tab.browser.auth, turnId);
  const text = tab.textOf(turnId);
  expect(text).toHaveLength(chars);
  expect(questions).toHaveLength(1);
  expect(answers).toMatchObject([{ turnId, outcome: "completed", text }]);
  expect(turn).toMatchObject({ state: "ended", outcome: "completed", text });
  // The relay goes on with the very words it would have written: nobody may be shown anything else, even for a moment.
  expect(shown.filter((moment) => !text.startsWith(moment))).toEqual([]);
  await second?.ended(turnId);
  expect(second?.textOf(turnId) ?? text).toBe(text);
  return turn.epoch === 2;
}

/** How many characters a customer saw vanish, to be written again. */
function cutOf({ shown }: Reader): number {
  return Math.max(...shown.map((moment, at) => (shown[at - 1] ?? "").length - moment.length));
}

test("N2, S8: kill -9 of a node with up to 100 live answers: all go on where they were, and end, whole, within 5 s", {
  timeout: 60_000,
}, async () => {
  await using service = await openService({ nodes: 3 });
  await using stack = new AsyncDisposableStack();
  const all = await Promise.all(Array.from({ length: customers }, (_, at) => openAtFirst(service, at)));
  for (const { tab, second } of all) for (const open of [tab, second]) stack.use(open);
  const readers = await askAll(all);
  await Promise.all(readers.map(({ tab, turnId, chars }) => tab.grownTo(turnId, chars - leftChars)));
  // On a slow machine some have ended by the time the last have come so far.
  const live = readers.filter(({ tab, turnId }) => tab.answer(turnId)?.state === "streaming").length;
  expect(live).toBeGreaterThanOrEqual(customers / 2);

  const [dying, ...living] = service.nodes;
  const written = dying ? await writtenBy(dying) : 0;
  const diedAt = performance.now();
  expect(await dying?.kill()).toBe("SIGKILL");
  const endsMs = await Promise.all(
    readers.map(async ({ tab, turnId }) => {
      await tab.ended(turnId);
      return Math.round(performance.now() - diedAt);
    }),
  );
  console.log(
    `N2: ${live} live answers, ${written} of that node, ended ${Math.min(...endsMs)} to ${Math.max(...endsMs)} ms after their node`,
  );
  expect(Math.max(...endsMs)).toBeLessThan(withinMs);
  const wentOn = await Promise.all(readers.map(expectWhole));
  // Some may have ended in the moment between the look and the death, unknown to their tabs.
  expect(wentOn.filter(Boolean).length).toBeGreaterThanOrEqual(0.9 * written);
  const mostCut = Math.max(...readers.map(cutOf));
  console.log(`S8: at most ${mostCut} characters were taken back, to be written again`);
  expect(mostCut).toBeLessThan(logChars);
  expect(living.map(({ child }) => child.exitCode)).toEqual([null, null]);
  expect(service.faults).toEqual([]);
});
