import { describe, expect, test } from "vitest";
import { type Key, openInputMethodGuard } from "../../client/widget/keys.ts";

const key = (changes: Partial<Key> = {}): Key => ({
  key: "Enter",
  keyCode: 13,
  isComposing: false,
  shiftKey: false,
  timeStamp: 10_000,
  ...changes,
});

describe("the input method guard", () => {
  test("a plain Enter sends, Shift+Enter and letters do not", () => {
    const guard = openInputMethodGuard();
    expect(guard.isSend(key())).toBe(true);
    expect(guard.isSend(key({ shiftKey: true }))).toBe(false);
    expect(guard.isSend(key({ key: "a", keyCode: 65 }))).toBe(false);
  });

  test("an Enter that takes a candidate never sends, however the browser reports it", () => {
    const guard = openInputMethodGuard();
    expect(guard.isSend(key({ isComposing: true }))).toBe(false);
    expect(guard.isSend(key({ keyCode: 229 }))).toBe(false);
    guard.compositionStarted();
    expect(guard.isSend(key())).toBe(false);
  });

  test("an Enter reported just after the composition it ended does not send, the next one does", () => {
    const guard = openInputMethodGuard();
    guard.compositionStarted();
    guard.compositionEnded(10_000);
    expect(guard.isSend(key({ timeStamp: 10_010 }))).toBe(false);
    expect(guard.isSend(key({ timeStamp: 10_400 }))).toBe(true);
  });

  test("an Escape that drops a candidate is not for the widget", () => {
    const guard = openInputMethodGuard();
    expect(guard.isEscape(key({ key: "Escape", keyCode: 229 }))).toBe(false);
    expect(guard.isEscape(key({ key: "Escape", keyCode: 27, isComposing: true }))).toBe(false);
    expect(guard.isEscape(key({ key: "Escape", keyCode: 27 }))).toBe(true);
  });
});
