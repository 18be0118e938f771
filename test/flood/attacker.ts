import { constants, setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { type Attack, attacks, type Tally } from "./attacks.ts";

/** A thread of its own that attacks until it is ended, and tells once a second what it has done. */

export interface Orders {
  readonly url: string;
  readonly attack: keyof typeof attacks;
}

const { url, attack } = workerData as Orders; // CAST: the thread is started with it
const tally: Tally = { begun: 0, refused: 0, cut: 0 };
// A server that cuts an attacker off is what is looked for.
process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});
// Attackers have machines of their own: what is lacking here is lacking to them first. On Linux this is of the thread alone.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);
setInterval(() => parentPort?.postMessage(tally), 1_000);

/** So often in each second, however long each takes; what is late is not made up for. */
async function often({ perSecond, once }: Attack): Promise<never> {
  const everyMs = 20;
  for (let due = 0; ; due += (perSecond * everyMs) / 1_000) {
    for (; due >= 1; due--) {
      tally.begun++;
      once(url, tally).catch(() => {
        tally.cut++;
      });
    }
    await pause(everyMs);
  }
}

await Promise.all(attacks[attack].map(often));
