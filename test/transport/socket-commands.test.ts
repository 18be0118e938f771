import { expect, test } from "vitest";
import { admitter } from "../../src/transport/socket-commands.ts";

/** A connection that tells whether it was closed. */
class Connection {
  isOpen = true;
  readonly transport = {};

  close(): void {
    this.isOpen = false;
  }
}

const commands = { perSecond: 200, burst: 20 };

/** Asks at so many times the rate, for as long as the connection is open; true where it is closed by then. */
async function isClosedAt(times: number, withinMs: number): Promise<boolean> {
  const conn = new Connection();
  // CAST: of the library's connection nothing else is used.
  const admit = admitter({ conn } as unknown as Parameters<typeof admitter>[0], { commands });
  const gapMs = 1_000 / (times * commands.perSecond);
  const until = performance.now() + withinMs;
  for (let due = performance.now(); conn.isOpen && due < until; ) {
    while (performance.now() < due);
    admit();
    // A flood makes up for what it missed while this process was held up; a page does not.
    due = (times > 2 ? due : performance.now()) + gapMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return !conn.isOpen;
}

test("X2 a socket that goes on at five times its rate is closed, although commands are let through in between", async () => {
  expect(await isClosedAt(5, 10_000)).toBe(true);
});

test("X2 a socket that goes on at one and a half times its rate is refused, and not closed", async () => {
  expect(await isClosedAt(1.5, 2_000)).toBe(false);
});
