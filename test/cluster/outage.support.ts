import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { openAgain, openCustomer } from "../support/customer.ts";
import { Regular } from "./regular.support.ts";
import { allRun, asking, type Service } from "./service.support.ts";

const customers = 24;

/** What happens to Redis, and what is looked at meanwhile. */
export interface Outage {
  readonly title: string;
  /** Redis goes. */
  readonly begin: () => Promise<void> | void;
  /** For how long at least. */
  readonly lastsMs?: number;
  /** While it is away. */
  readonly meanwhile?: (service: Service) => Promise<void>;
  /** Redis comes back. */
  readonly end?: () => Promise<void> | void;
}

/** N4: under load, Redis goes and comes back; nobody loses anything. */
export async function surviveOutage(
  service: Service,
  { title, begin, lastsMs = 0, meanwhile, end }: Outage,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const [one = "", other = ""] = service.urls;
  const regulars = await Promise.all(
    Array.from({ length: customers }, (_, at) => (at % 2 ? Regular.open(one, other) : Regular.open(other, one))),
  );
  for (const regular of regulars) stack.use(regular);
  const allAnsweredAnew = () => Promise.all(regulars.map((regular) => regular.answeredAnew()));
  await allAnsweredAnew();

  await begin();
  const begunAt = performance.now();
  await allAnsweredAnew();
  await meanwhile?.(service);
  await pause(Math.max(0, begunAt + lastsMs - performance.now()));
  await end?.();
  await allAnsweredAnew();

  await Promise.all(regulars.map((regular) => regular.stop()));
  const questions = regulars.flatMap(({ acknowledged }) => acknowledged).length;
  console.log(
    `N4: ${title}: ${questions} questions, refused first:`,
    regulars.flatMap(({ refused }) => refused),
  );
  for (const [at, regular] of regulars.entries()) await regular.expectAllWell(at % 2 ? other : one);
  expect(allRun(service)).toBe(true);
  expect(service.faults).toEqual([]);
}

/** What every node says of itself: it wants traffic, and of Redis it has this to say. */
export async function expectReady({ urls }: Service, notes: readonly string[] = []): Promise<void> {
  for (const url of urls) {
    const ready = await (await fetch(`${url}/readyz`)).json();
    const ofRedis = (ready.notes ?? []).filter((note: string) => note === "redis-away");
    expect([ready.ok, ofRedis]).toEqual([true, notes]);
  }
}

/** Somebody who comes for the first time while Redis is away is answered, and known everywhere later. */
export async function newcomer({ urls }: Service) {
  const [one = "", other = ""] = urls;
  await using guest = await openCustomer(one);
  const { outcome, message } = await guest.answerTo(asking({ chars: 100 }));
  expect(outcome).toBe("completed");
  return async () => {
    await using again = await openAgain(other, guest);
    expect(again.opened.messages.at(-1)).toEqual(message);
  };
}
