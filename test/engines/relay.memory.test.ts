import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { ask, ended, head, openRaw, openTestRelay, piece, play, start } from "./relay.support.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void; // CAST: what the flag gives

async function usedBytes(): Promise<number> {
  // What is freed by the end of something else needs another round.
  for (let times = 0; times < 4; times++) {
    collect();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}

const begun = head + start + piece("a");
const endings = [
  { name: "whole", sends: begun + ended("end_turn"), stops: false },
  { name: "aborted by the customer", sends: begun, stops: true },
  { name: "cut by the clock between two bytes", sends: begun, stops: false },
  { name: "cut by the clock before the first byte", sends: "", stops: false },
  { name: "broken", sends: `${begun}data: {\n\n`, stops: false },
];

test.each(endings)("nothing of an answer is kept after its end: $name", async ({ sends, stops }) => {
  let connections = 0;
  await using raw = await openRaw((socket) => {
    connections++;
    socket.on("error", () => {});
    socket.on("close", () => connections--);
    socket.write(sends);
    if (sends.includes("end_turn")) socket.end();
  });
  await using relay = openTestRelay(raw.baseUrl, { firstTokenMs: 800, idleMs: 400 });
  const many = async () => {
    const each = Array.from({ length: 50 }, (_, at) => {
      const stopping = new AbortController();
      const question = ask(`${at}`.padEnd(50_000, "?"));
      return play(relay, question, { signal: stopping.signal, onPiece: () => stops && stopping.abort() });
    });
    const kinds = (await Promise.all(each)).map(({ end }) => end.kind);
    expect(new Set(kinds)).toEqual(new Set([stops ? "aborted" : sends.includes("end_turn") ? "complete" : "failed"]));
    await expect.poll(() => connections, { timeout: 5_000 }).toBe(0);
    raw.requests.length = 0;
  };
  await many();
  const before = await usedBytes();
  await many();
  // The questions of fifty answers have two and a half million characters.
  expect((await usedBytes()) - before).toBeLessThan(1_000_000);
});
