import { beforeEach, expect, test } from "vitest";
import type { FactName } from "../../src/contract/events.ts";
import { Answer } from "../../src/domain/answer.ts";
import { Audience } from "../../src/domain/audience.ts";
import type { CallState } from "../../src/domain/findings.ts";
import { Herald } from "../../src/domain/herald.ts";
import { Mirrors } from "../../src/domain/mirrors.ts";
import { tellAll } from "../../src/domain/steps.ts";
import { Attendance } from "../../src/engines/redis/attendance.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { ended, newAnswer, raise } from "./answers.ts";
import { Network } from "./network.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

/** What a viewer was told, in a few signs: `a` for text, `[c1 done]` for an activity, `>` for an epoch. */
class Sheet {
  readonly clogged = false;
  written = "";

  // biome-ignore lint/suspicious/noExplicitAny: facts of whatever kind are written down
  send(name: FactName, payload: any): void {
    if (name === "turn:started") this.written += ">";
    if (name === "turn:delta") this.written += payload.text;
    if (name === "turn:activity") this.written += `[${payload.callId} ${payload.state} ${payload.epoch}]`;
  }
}

let clock: VirtualClock;
let network: Network;
let muted: boolean;
let audience: Audience;
let herald: Herald;
let mirrors: Mirrors;
let answer: Answer;
let here: Sheet;
let there: Sheet;

beforeEach(() => {
  clock = new VirtualClock();
  network = new Network();
  muted = false;
  const watchers = new Attendance(() => "owner");
  watchers.add("c", "two");
  const paced = { clock, paceMs: () => 40 };
  const owner = network.join("owner", (from, message) => {
    if (message.kind === "wanted") herald.wanted(from, message);
  });
  const two = network.join("two", (from, message) => {
    if (message.kind !== "wanted" && message.kind !== "unwanted") mirrors.hear(from, message as never); // CAST: what a herald tells
  });
  audience = new Audience({ ...paced, muted: () => muted });
  herald = new Herald({ ...paced, peers: owner, watchers, muted: () => muted });
  const elsewhere = new Audience(paced);
  mirrors = new Mirrors({
    peers: two,
    turns: { read: async () => null } as never, // CAST: nothing is looked up in the store here
    audience: elsewhere,
    clock,
    written: () => undefined,
    overruled: () => {},
    mayLive: () => true,
    ownerless: async () => {},
    unwanted: () => {},
    onFault: (fault) => expect.unreachable(String(fault)),
  });
  [here, there] = [new Sheet(), new Sheet()];
  audience.watch("c", here);
  elsewhere.watch("c", there);
  answer = newAnswer();
  listener().step({ kind: "turn-started", answer, offset: 0 });
});

const listener = () => tellAll([audience, herald]);

function write(piece: string): void {
  answer.append(piece);
  listener().text(answer, piece);
}

function tell(callId: string, state: CallState["state"]): void {
  const activity = { callId, tool: "get_order", state, offset: answer.text.length };
  answer.activities.push(activity);
  listener().step({ kind: "turn-activity", answer, activity });
}

async function settle(ms = 0): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    network.deliverAll();
    clock.advance(ms);
    await everybodyWaits();
  }
}

test("S11 C3 an activity is told at once, behind the words before it and before those after it, on both nodes", async () => {
  write("a");
  write("b");
  tell("c1", "running");
  tell("c1", "done");
  write("c");
  await settle(100);
  expect(here.written).toBe(">ab[c1 running 1][c1 done 1]c");
  expect(there.written).toBe(here.written);
});

test("S3 S11 an activity that got lost between two nodes is asked for when the next words come", async () => {
  write("a");
  await settle(100);
  tell("c1", "running");
  network.dropAll();
  write("b");
  await settle(300);
  expect(there.written).toBe(">ab[c1 running 1]");
  tell("c1", "done");
  await settle(100);
  expect(there.written).toBe(">ab[c1 running 1][c1 done 1]");
});

test("S4 what still holds is told anew under a raised epoch, on both nodes", async () => {
  write("a");
  tell("c1", "done");
  await settle(100);
  listener().step(raise(answer, 1));
  await settle(100);
  expect(here.written).toBe(">a[c1 done 1]>[c1 done 2]");
  expect(there.written).toBe(here.written);
});

test("N2 S11 a node that takes an answer up tells which activities hold: the others are shown no more", async () => {
  write("a");
  tell("c1", "done");
  tell("c2", "running");
  await settle(100);
  const starts = [...answer.starts, { epoch: 2, offset: 1 }];
  const activities = answer.activities.slice(0, 1);
  mirrors.hear("three", { kind: "started", ref: answer.ref, starts, model: "m", activities });
  expect(there.written).toBe(">a[c1 done 1][c2 running 1]>[c1 done 2]");
});

test("N1 a node that may not speak tells its activities when it may again", async () => {
  muted = true;
  tell("c1", "running");
  await settle(100);
  expect([here.written, there.written]).toEqual([">", ">"]);
  muted = false;
  await settle(100);
  expect(here.written).toBe(">[c1 running 1]");
  write("a");
  await settle(300);
  expect(there.written).toBe(">a[c1 running 1]");
});

test("C3 S10 a page that comes later is told each call as it is now, none before it was said where it stands", () => {
  write("ab");
  tell("c1", "running");
  tell("c2", "running");
  tell("c1", "failed");
  expect(answer.since(0, 0).activities).toEqual([
    { turnId: "t", epoch: 1, callId: "c1", tool: "get_order", state: "failed", offset: 2 },
    { turnId: "t", epoch: 1, callId: "c2", tool: "get_order", state: "running", offset: 2 },
  ]);
  raise(answer, 1);
  expect(answer.since(0, 0).activities?.map(({ epoch, offset }) => [epoch, offset])).toEqual([
    [2, 1],
    [2, 1],
  ]);
  expect(
    new Answer({ conversationId: "c", turnId: "t", state: "starting", epoch: 1, starts: [], askedAt: 0 }, "m").since(
      0,
      0,
    ),
  ).not.toHaveProperty("activities");
});

test("S4 an activity of an answer that is over is told to nobody", async () => {
  write("a");
  listener().step(ended(answer));
  tell("c1", "done");
  await settle(100);
  expect(here.written).toBe(">a");
  expect(there.written).toBe(">a");
});
