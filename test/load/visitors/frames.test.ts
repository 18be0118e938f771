import { expect, test } from "vitest";
import { commandFrame, enterFrame, type Frame, readFrame } from "./frames.ts";

test.each<[data: string, frame: Frame]>([
  ['0{"sid":"a","pingInterval":25000,"pingTimeout":20000}', { kind: "open", silenceMs: 45_000 }],
  ["1", { kind: "closed" }],
  ["2", { kind: "ping" }],
  ["6", { kind: "noise" }],
  ['40{"sid":"b"}', { kind: "connected" }],
  ["41", { kind: "closed" }],
  ['42["tier:changed",{"tier":"high"}]', { kind: "fact", name: "tier:changed", payload: { tier: "high" } }],
  ['43017[{"ok":true}]', { kind: "reply", id: 17, reply: { ok: true } }],
  ['430[{"text":"[1]"}]', { kind: "reply", id: 0, reply: { text: "[1]" } }],
  ['44{"message":"no"}', { kind: "refused", error: { message: "no" } }],
])("the frame %s is read", (data, frame) => {
  expect(readFrame(data)).toEqual(frame);
});

test.each(["", "9", "45", '42["half', "0"])("the frame %j is broken, and nothing is thrown", (data) => {
  expect(readFrame(data).kind).toBe("broken");
});

test("what is sent is what a server of Socket.IO reads", () => {
  expect(enterFrame({ guestToken: "t" })).toBe('40{"guestToken":"t"}');
  expect(commandFrame(3, "message:send", { text: "hi" })).toBe('423["message:send",{"text":"hi"}]');
});
