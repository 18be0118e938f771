import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Chat } from "../../client/chat/chat.ts";
import { wallClock } from "../../client/chat/clock.ts";
import { withDetour } from "../../client/chat/detour.ts";
import { openTestServer } from "../support/server.ts";
import { chatOver, everyWay, kinds, memoryStorage, online, stateOf } from "./chat-server.ts";

/** A real server, and a road to it that can be broken; a narrow one lets no WebSocket through. */
async function openRoad({ narrow = false } = {}) {
  const server = await openTestServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const passing = new Set<Socket>();
  const turnedAway: Socket[] = [];
  const road = createServer((near) => {
    near.on("error", () => {});
    near.once("data", (head) => {
      if (narrow && /^upgrade: websocket/im.test(`${head}`)) return turnAway(near);
      const far = connect(Number(new URL(server.url).port), "127.0.0.1");
      far.write(head);
      join(near, far);
      join(far, near);
    });
  });
  function turnAway(near: Socket): void {
    turnedAway.push(near);
    near.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }
  function join(one: Socket, other: Socket): void {
    passing.add(one);
    one.pipe(other);
    one.on("error", () => {});
    one.on("close", () => {
      passing.delete(one);
      other.destroy();
    });
  }
  await new Promise<void>((done) => road.listen(0, "127.0.0.1", done));
  const close = () => {
    for (const socket of passing) socket.destroy();
  };
  onTestFinished(() => {
    close();
    road.close();
  });
  return { url: `http://127.0.0.1:${(road.address() as AddressInfo).port}`, close, turnedAway };
}

function watched(chat: Chat, turnId: string, seen: (text: string) => void = () => {}) {
  const shown = { text: "" };
  chat.watchText(turnId, {
    reset(whole) {
      shown.text = whole;
      seen(whole);
    },
    append(piece) {
      shown.text += piece;
      seen(shown.text);
    },
  });
  return shown;
}

const running = async (chat: Chat) =>
  (await stateOf(chat, ({ runningTurnId }) => runningTurnId !== null)).runningTurnId ?? "";

const idle = (chat: Chat) =>
  stateOf(
    chat,
    ({ runningTurnId, entries, link }) =>
      link === "online" &&
      runningTurnId === null &&
      entries.some(({ kind }) => kind === "answer") &&
      entries.every((entry) => entry.kind !== "answer" || entry.state === "ended"),
  );

describe.each(everyWay)("over %s", (_, chatWith) => {
  test("S3: with a real server a question is answered, and the page shows what is stored", async () => {
    const { url } = await openRoad();
    const chat = chatWith({ url });
    chat.send("hello [[sim: say Good day 🚀 to you]]");
    const shown = watched(chat, await running(chat));
    const state = await idle(chat);
    expect(shown.text).toBe("Good day 🚀 to you");
    expect(state.entries[1]).toMatchObject({ outcome: "completed" });
  });

  test("S3, S10: an answer comes out whole over a road that breaks again and again", { timeout: 20_000 }, async () => {
    const { url, close } = await openRoad();
    const storage = memoryStorage();
    const chat = chatWith({ url, storage });
    chat.send("go [[sim: long chars=3000; pace delta=5]]");
    const turnId = await running(chat);
    let breakAt = 200;
    let breaks = 0;
    const shown = watched(chat, turnId, (text) => {
      if (text.length < breakAt) return;
      breakAt = text.length + 200;
      breaks++;
      close();
    });
    await idle(chat);
    expect(breaks).toBeGreaterThan(2);
    const later = chatWith({ url, storage });
    await online(later);
    expect(later.textOf(turnId).length).toBeGreaterThan(1_000);
    expect(shown.text).toBe(later.textOf(turnId));
    expect(kinds(later.state)).toEqual(kinds(chat.state));
  });

  test("S11: a tab that opens in the middle of an answer sees the same text", async () => {
    const { url } = await openRoad();
    const storage = memoryStorage();
    const first = chatWith({ url, storage });
    first.send("go [[sim: long chars=1500; pace delta=2]]");
    const turnId = await running(first);
    await stateOf(first, ({ entries }) =>
      entries.some((entry) => entry.kind === "answer" && entry.state === "streaming"),
    );
    const second = chatWith({ url, storage });
    const shown = watched(second, turnId);
    await Promise.all([idle(first), idle(second)]);
    expect(shown.text).toBe(first.textOf(turnId));
    expect(kinds(second.state)).toEqual(kinds(first.state));
  });

  test("S10: stopping keeps the text, and what was asked meanwhile is answered next", async () => {
    const { url } = await openRoad();
    const chat = chatWith({ url });
    chat.send("one [[sim: long chars=3000; pace delta=20]]");
    await stateOf(chat, ({ entries }) =>
      entries.some((entry) => entry.kind === "answer" && entry.state === "streaming"),
    );
    chat.send("two [[sim: say the second]]");
    await stateOf(chat, (state) => kinds(state).some((kind) => kind.startsWith("chip two") && kind.endsWith("sent")));
    const stopped = chat.state.runningTurnId ?? "";
    chat.stop();
    const state = await stateOf(chat, ({ entries }) =>
      entries.some((entry) => entry.kind === "answer" && entry.turnId !== stopped && entry.state === "ended"),
    );
    expect(state.entries.map(({ kind }) => kind)).toEqual(["question", "answer", "question", "answer"]);
    expect(state.entries[1]).toMatchObject({ outcome: "stopped" });
    expect(chat.textOf(stopped)).not.toBe("");
  });
});

test("where a proxy lets no WebSocket through, polling carries the whole conversation", async () => {
  const { url, close, turnedAway } = await openRoad({ narrow: true });
  const chat = chatOver(withDetour(wallClock))({ url });
  chat.send("one [[sim: long chars=3000; pace delta=2]]");
  const turnId = await running(chat);
  await stateOf(chat, ({ entries }) => entries.some((entry) => entry.kind === "answer" && entry.state === "streaming"));
  close();
  const shown = watched(chat, turnId);
  chat.send("two [[sim: say the second]]");
  const state = await stateOf(
    chat,
    ({ entries }) => entries.filter((entry) => entry.kind === "answer" && entry.state === "ended").length === 2,
  );
  expect(state.entries.map(({ kind }) => kind)).toEqual(["question", "answer", "question", "answer"]);
  expect(shown.text).toBe(chat.textOf(turnId));
  expect(shown.text.length).toBeGreaterThan(1_000);
  expect(turnedAway.length).toBeGreaterThan(0);
});
