import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errors } from "../../src/contract/errors.ts";
import { openCustomer } from "../support/customer.ts";
import { exactText } from "../support/exact-text.ts";
import { openTestServer, type TestServer, withRelay } from "../support/server.ts";
import {
  afterText,
  beforeText,
  clocks,
  clocksFor,
  type End,
  oddities,
  type Row,
  refusals,
  rows,
  unknownModel,
} from "./fault-table.ts";

/** Line breaks, spaces, characters of two units and repetitions: whatever is lost or doubled shows. */
const answer = Array.from({ length: 8 }, (_, at) => `${at + 1}. 潮汐退款 🐚 three to five days,\n\n再来，再来。`).join(
  "",
);
const password = "芝麻开门";
const question = `[[sim: say ${JSON.stringify(answer)}]] 我的口令是${password}`;

/** A turn as the customer, the relay and the log saw it. */
async function witness(row: Row, times: 1 | "all") {
  await using server = await openTestServer({ config: withRelay(clocksFor(row)) });
  await server.misbehave({ ...row.strike, times });
  await using customer = await openCustomer(server.url);
  const { turnId, outcome, error, epoch, message } = await customer.answerTo(question);
  const { messages, turn } = await customer.ask("conversation:open", {});
  return {
    end: {
      told: outcome === "failed" ? error?.code : outcome,
      calls: (await server.requests()).length,
      epoch,
      text: amount(message?.text ?? ""),
    },
    error,
    seen: exactText(customer, turnId),
    told: message,
    stored: messages.at(-1),
    unfinished: turn,
    log: readLog(server),
    secrets: [password, "潮汐退款", "sk-test", customer.opened.guestToken ?? ""],
  };
}

type Witness = Awaited<ReturnType<typeof witness>>;

function amount(text: string): End["text"] | "wrong" {
  if (text === answer) return "whole";
  if (text === "") return "none";
  return answer.startsWith(text) ? "beginning" : "wrong";
}

function readLog({ logged }: TestServer) {
  const failed = logged.filter(({ level, msg }) => level === 40 && String(msg).startsWith("relay: "));
  return {
    reasons: failed.map(({ reason }) => reason),
    turns: logged.filter(({ msg }) => /^turn \w+$/.test(String(msg))),
    alarms: logged.filter(({ level }) => Number(level) >= 50),
    everything: JSON.stringify(logged),
  };
}

/** Holds what was seen against the table, and against what is true of every turn. */
function expectEnd({ reason, strike }: Row, expected: End, failures: number, seen: Witness): void {
  expect(seen.end).toEqual(expected);
  expect(seen.seen).toBe(seen.told?.text);
  expect(seen.stored).toEqual(seen.told);
  expect(seen.unfinished).toBeNull();
  if (seen.error) expect(seen.error.message).toBe(errors[seen.error.code].sentence);
  if (seen.error) expect(seen.error.retryAfterMs).toBe(askedToWaitMs(strike));
  expect(seen.log.reasons).toEqual(Array.from({ length: failures }, () => reason));
  const { told, calls: attempts } = expected;
  const line = told === "completed" ? { msg: "turn completed" } : { msg: "turn failed", error: told };
  expect(seen.log.turns).toEqual([expect.objectContaining({ ...line, attempts, chars: seen.seen.length })]);
  expect(seen.log.alarms).toEqual([]);
  for (const secret of seen.secrets) expect(seen.log.everything).not.toContain(secret);
}

/** What the relay asked for, which the customer is told along with the failure. */
function askedToWaitMs({ retryAfter }: Row["strike"]): number | undefined {
  return retryAfter === undefined ? undefined : 1_000 * Number(retryAfter);
}

const expectOnce = async (row: Row) => expectEnd(row, row.once, row.reason === null ? 0 : 1, await witness(row, 1));

const expectLasting = async (row: Row) =>
  expectEnd(row, row.lasting, row.reason === null ? 0 : row.lasting.calls, await witness(row, "all"));

const mended = afterText.filter(({ once }) => once.told === "completed");
const beyondMending = afterText.filter(({ once }) => once.told !== "completed");

describe.concurrent("a fault that strikes once", () => {
  test.for(beforeText)("U4 S5: one more call hides $fault", expectOnce);
  test.for(unknownModel)("U4: the next model hides $fault", expectOnce);
  test.for(mended)("U4 S5: one more call mends $fault, each character once", expectOnce);
  test.for(beyondMending)("U4 S5: the customer is told of $fault at once, with the text kept", expectOnce);
});

describe.concurrent("a fault that lasts", () => {
  test.for(refusals)("U3: one call, and the customer is told of $fault", expectLasting);
  test.for(unknownModel)("U3: one call for each model, and the customer is told of $fault", expectLasting);
  test.for(beforeText)("U3 U4: when all tries are used up the customer is told of $fault", expectLasting);
  test.for(afterText)("U3 S5: the text is kept, and never called complete, after $fault", expectLasting);
});

describe.concurrent("what is no fault", () => {
  test.for(oddities)("U3 S5: one call reads a whole answer from $fault", expectLasting);
});

test.for([
  { how: "a prefill", model: "claude-sonnet-4-5" },
  { how: "an instruction", model: "claude-sonnet-4-6" },
])(
  "U4: wherever an answer is cut, in the middle of a character too, it goes on by $how, each character once",
  async ({ model }) => {
    await using server = await openTestServer({ config: withRelay({ ...clocks, model }) });
    await using customer = await openCustomer(server.url);
    for (const after of Array.from({ length: 16 }, (_, at) => at + 1)) {
      await server.misbehave({ kind: "cut", after, reset: after % 2 === 0 });
      const { turnId, message, epoch } = await customer.answerTo(`[[sim: say ${JSON.stringify(answer)}; surrogates]]`);
      expect({ after, epoch, text: message?.text }).toEqual({ after, epoch: 2, text: answer });
      expect(exactText(customer, turnId)).toBe(answer);
    }
  },
);

test("U4: where only the end mark was missing, an instruction for the rest adds nothing", async () => {
  await using server = await openTestServer({ config: withRelay({ ...clocks, model: "claude-sonnet-4-6" }) });
  await using customer = await openCustomer(server.url);
  await server.misbehave({ kind: "end", after: 10_000 });
  const { turnId, message, outcome } = await customer.answerTo(`[[sim: say ${JSON.stringify(answer)}]]`);
  expect({ outcome, text: message?.text }).toEqual({ outcome: "completed", text: answer });
  expect(exactText(customer, turnId)).toBe(answer);
  expect(await server.requests()).toHaveLength(2);
});

test("U3: docs/relay.md has a row for each fault: what the customer sees, what is logged, how often is called", () => {
  const text = readFileSync(new URL("../../docs/relay.md", import.meta.url), "utf8");
  const section = /^## Faults, one by one$([\s\S]*?)^## /m.exec(text)?.[1] ?? "";
  const table = section.split("\n").filter((line) => line.startsWith("| "));
  const documented = table.slice(2).map((line) => line.split("|").map((cell) => cell.trim()));
  const told = ({ once, lasting }: Row) => [...new Set([once.told, lasting.told])];
  expect(
    documented.map(([, fault, sees = "", logged, again]) => ({
      fault,
      sees: sees.match(/whole answer|assistant-\w+/g),
      logged,
      calls: / (\d+ \/ \d+)$/.exec(again ?? "")?.[1],
    })),
  ).toEqual(
    rows.map((row) => ({
      fault: row.fault,
      sees: told(row).map((code) => (code === "completed" ? "whole answer" : code)),
      logged: row.reason === null ? "nothing" : `\`${row.reason}\``,
      calls: `${row.once.calls} / ${row.lasting.calls}`,
    })),
  );
});
