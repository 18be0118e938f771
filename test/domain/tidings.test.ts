import { expect, test } from "vitest";
import type { Conversation } from "../../src/domain/conversations.ts";
import { Tidings, upToDate } from "../../src/domain/tidings.ts";
import type { Turn } from "../../src/domain/turns.ts";

const message = (messageId: string) => ({ messageId, author: "customer", text: "?", at: 0 }) as const;
const turn = (turnId: string): Turn => ({
  conversationId: "c",
  turnId,
  state: "queued",
  epoch: 0,
  starts: [],
  askedAt: 0,
});

const read: Conversation = {
  conversationId: "c",
  customerId: "guest",
  responder: { kind: "assistant" },
  messages: [message("m1")],
  running: turn("t1"),
  waiting: turn("t2"),
  logged: "",
  found: [],
  page: undefined,
};

test("S11 what was told while a page's snapshot was on its way is part of it, and of no other's", () => {
  const tidings = new Tidings();
  tidings.note("c", { message: message("m0") });
  const { count } = tidings;
  tidings.note("c", { message: message("m1") });
  tidings.note("c", { message: message("m2") });
  tidings.note("another", { message: message("m3") });
  const { messages } = upToDate(read, tidings.since("c", count));
  expect(messages.map(({ messageId }) => messageId)).toEqual(["m1", "m2"]);
  expect(tidings.since("c", tidings.count)).toEqual([]);
});

test("H3 S11 a question that was handed back meanwhile is of the turn that was told", () => {
  const tidings = new Tidings();
  tidings.note("c", { message: { ...message("m1"), turnId: "t3" } });
  expect(upToDate(read, tidings.since("c", 0)).messages).toEqual([{ ...message("m1"), turnId: "t3" }]);
});

test("H4 S5 so are who answers now, the latest one, and a turn that has ended", () => {
  const tidings = new Tidings();
  tidings.note("c", { handed: { responder: { kind: "nobody" }, at: 1 } });
  tidings.note("c", { handed: { responder: { kind: "agent", name: "Li" }, at: 2 } });
  tidings.note("c", { message: message("answer"), ended: "t1" });
  const now = upToDate(read, tidings.since("c", 0));
  expect(now.responder).toEqual({ kind: "agent", name: "Li" });
  expect([now.running, now.waiting?.turnId]).toEqual([null, "t2"]);
  expect(now.messages.at(-1)?.messageId).toBe("answer");
});

test("S11 of very much that is told the latest is kept", () => {
  const tidings = new Tidings();
  for (let at = 0; at < 5_000; at++) tidings.note("c", { message: message(`m${at}`) });
  expect(tidings.since("c", 4_000)).toHaveLength(1_000);
  expect(tidings.since("c", 0).length).toBeLessThan(2_500);
});
