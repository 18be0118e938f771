import { describe, expect, test } from "vitest";
import type { ChatState } from "../../client/chat/chat.ts";
import { arrivalsBetween } from "../../client/widget/arrivals.ts";
import { tellings } from "../../client/widget/narrate.ts";
import { words as en } from "../../client/widget/words/en.ts";
import { answer, question, quiet } from "./widget-state.ts";

/** What is said on the way through `states`; what is urgent ends in "!!". */
function said(...states: ChatState[]): string[] {
  return states.slice(1).flatMap((after, at) => {
    const before = states[at] ?? quiet;
    return tellings(before, after, arrivalsBetween(before, after), en).map(({ text, urgent }) =>
      urgent ? `${text}!!` : text,
    );
  });
}

const running = { ...quiet, entries: [answer("t1")], runningTurnId: "t1" };
const endedAs = (changes: object): ChatState => ({
  ...quiet,
  entries: [answer("t1", { state: "ended", outcome: "completed", ...changes })],
});

describe("what is announced", () => {
  test("an answer: its beginning and its end, once each, and nothing of its text", () => {
    expect(said(quiet, running, { ...running, typing: {} }, endedAs({}), endedAs({}))).toEqual([
      en.said.answering,
      en.said.answered,
    ]);
  });

  test("nothing of what the first snapshot shows", () => {
    expect(said({ ...quiet, ready: false, link: "connecting" }, { ...endedAs({}), link: "online" })).toEqual([]);
  });

  test("faults at once, stops and cuts in their turn", () => {
    const error = { code: "assistant-cut", message: "", retryable: true } as const;
    expect(said(running, endedAs({ outcome: "failed", error }))).toEqual([`${en.errors["assistant-cut"]}!!`]);
    expect(said(running, endedAs({ outcome: "stopped" }))).toEqual([en.stopped]);
    expect(said(running, endedAs({ outcome: "truncated" }))).toEqual([en.truncated]);
    expect(said(quiet, endedAs({ outcome: "shed" }))).toEqual([`${en.errors.shed}!!`]);
  });

  test("a question that was not sent, with the reason", () => {
    const failed = question("m1", { status: "failed", error: { code: "too-large", message: "", retryable: false } });
    expect(said(quiet, { ...quiet, entries: [failed] })).toEqual([`Not sent. ${en.errors["too-large"]}!!`]);
  });

  const at = (position: number, high = 90_000): ChatState => ({
    ...quiet,
    place: { turnId: "t1", position, from: 40, waitMs: { low: 0, high } },
  });

  test("A6 a place when it is first told, not each new guess of the wait, nor its end", () => {
    expect(said(quiet, at(2, 90_000), at(2, 80_000), quiet)).toEqual([en.place(2)]);
  });

  test("A6 of a long line some positions only, and each of the last three", () => {
    const places = Array.from({ length: 40 }, (_, served) => at(40 - served));
    expect(said(quiet, ...places)).toEqual([40, 31, 15, 7, 3, 2, 1].map(en.place));
    expect(said(at(40), at(12))).toEqual([en.place(12)]);
  });

  test("A6 that the answer begins after the wait", () => {
    expect(said(at(2), at(1), running)).toEqual([en.place(1), en.said.answering]);
  });

  test("a lost connection and its return, a refusal at once", () => {
    const refusal = { code: "token-expired", message: "", retryable: false } as const;
    expect(said(quiet, { ...quiet, link: "reconnecting" }, quiet)).toEqual([en.reconnecting, en.said.online]);
    expect(said(quiet, { ...quiet, link: "refused", refusal })).toEqual([`${en.errors["token-expired"]}!!`]);
  });

  test("a person who takes over, and what people say", () => {
    const taken: ChatState = { ...quiet, responder: { kind: "agent", name: "Li" } };
    const hello = { kind: "agent", messageId: "m", text: "Hello", at: 0, name: "Li" } as const;
    expect(said(quiet, taken, { ...taken, entries: [hello] })).toEqual(["Li is with you now", "Li: Hello"]);
  });

  test("H4 a system line in the page's words, and what it says where this page has none", () => {
    const line = { kind: "system", messageId: "n", text: "The server's words.", at: 0 } as const;
    const joined = { ...line, notice: { kind: "agent-joined", name: "Li" } } as const;
    expect(said(quiet, { ...quiet, entries: [joined] })).toEqual(["Li has joined"]);
    const future = { ...line, notice: { kind: "from-the-future" as "resolved" } };
    expect(said(quiet, { ...quiet, entries: [future] })).toEqual(["The server's words."]);
  });

  test("H4 the place in the line for a person when it is first told, and when it is worth a word", () => {
    const waiting = (position?: number): ChatState => ({ ...quiet, wish: { position } });
    expect(said(quiet, waiting(), waiting(9), waiting(8), waiting(3), quiet)).toEqual([
      en.waitingForPerson(),
      en.waitingForPerson(9),
      en.waitingForPerson(3),
    ]);
  });

  test("each step when it begins, and once that one has failed", () => {
    const step = (callId: string, tool: string, state: "running" | "done" | "failed") => ({
      callId,
      epoch: 1,
      tool,
      state,
      cards: [],
    });
    const taking = (...steps: ReturnType<typeof step>[]): ChatState => ({
      ...running,
      entries: [answer("t1", { steps })],
    });
    expect(
      said(
        running,
        taking(step("1", "get_order", "running")),
        taking(step("1", "get_order", "running"), step("2", "other", "running")),
        taking(step("1", "get_order", "done"), step("2", "other", "failed")),
        taking(step("1", "get_order", "done"), step("2", "other", "failed"), step("3", "get_order", "failed")),
      ),
    ).toEqual([en.lookingUp["get_order"], en.lookingUpSomething, en.notLookedUp]);
  });

  test("an error code of a newer server still gets a sentence", () => {
    const error = { code: "from-the-future" as "internal", message: "", retryable: true };
    expect(said(running, endedAs({ outcome: "failed", error }))).toEqual([`${en.errors.internal}!!`]);
  });
});
