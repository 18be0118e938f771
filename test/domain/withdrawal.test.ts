import { beforeEach, expect, test } from "vitest";
import { Withdrawal } from "../../src/domain/withdrawal.ts";
import { settled } from "./relay-weather.ts";

let done: string[];
let resume: () => void;
let withdrawal: Withdrawal;

beforeEach(() => {
  done = [];
  resume = () => {};
  withdrawal = new Withdrawal({
    admission: { leave: () => done.push("leave"), back: () => done.push("back") },
    release: async () => void done.push("release"),
    pause: () =>
      new Promise((resolve) => {
        resume = resolve;
      }),
    onFault: (fault) => {
      throw fault;
    },
  });
});

async function pauseOver(): Promise<void> {
  resume();
  await settled();
}

test("N3 a node that is taken out lets go again and again of those who may go, until it is back", async () => {
  withdrawal.set(true);
  await settled();
  withdrawal.set(true);
  await pauseOver();
  expect(done).toEqual(["leave", "release", "release"]);
  withdrawal.set(false);
  await pauseOver();
  expect(done).toEqual(["leave", "release", "release", "back"]);
});

test("N3 out, back and out again within one pause lets go once, not twice at the same time", async () => {
  withdrawal.set(true);
  await settled();
  withdrawal.set(false);
  withdrawal.set(true);
  await pauseOver();
  expect(done).toEqual(["leave", "release", "back", "leave", "release"]);
});

test("N3 a node that closes lets go no more by itself, and does not come back for that", async () => {
  withdrawal.set(true);
  await settled();
  withdrawal.close();
  await pauseOver();
  expect(done).toEqual(["leave", "release"]);
});
