import { onTestFinished } from "vitest";
import type { Clock } from "../../client/chat/clock.ts";
import { overWebSocket } from "../../client/chat/websocket.ts";
import type { Desk, DeskState } from "../../client/console/desk/desk.ts";
import type { Item } from "../../client/console/desk/items.ts";
import { type DeskOptions, openDesk } from "../../client/console/desk/open.ts";
import type { Pace } from "../../client/widget/flush.ts";
import { openAgentsServer } from "../support/agents-server.ts";
import { hasty, memoryStorage } from "./chat-server.ts";

/** A scripted server that is closed when the test ends. */
export async function agentsServer() {
  const server = await openAgentsServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** Pictures at once: a test waits for facts. */
export const quick: Pace = {
  soon(work) {
    let over = false;
    queueMicrotask(() => over || work());
    return () => {
      over = true;
    };
  },
};

const wall: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The desk of 小李, in a hurry, on a socket that is not. */
export function deskAt({ url }: { url: string }, options: Partial<DeskOptions> = {}): Desk {
  const desk = openDesk({
    url,
    token: "li",
    clock: hasty,
    pace: quick,
    storage: memoryStorage(),
    openSocket: overWebSocket(wall, "/agents,"),
    ...options,
  });
  onTestFinished(() => desk.close());
  return desk;
}

/** Resolves with the first state, from now on, that fulfils the condition. */
export function stateOf(desk: Desk, condition: (state: DeskState) => boolean): Promise<DeskState> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const look = () => {
      if (!condition(desk.state)) return;
      for (const stop of stops.splice(0)) stop();
      resolve(desk.state);
    };
    stops.push(desk.subscribe(look), desk.inbox.watchLists(look));
    look();
  });
}

/** The same for a row, whatever else changes. */
export function rowOf(desk: Desk, id: string, condition: (desk: Desk) => boolean): Promise<void> {
  return new Promise((resolve) => {
    let stop = () => {};
    const look = () => {
      if (!condition(desk)) return;
      stop();
      resolve();
    };
    stop = desk.inbox.watchRow(id, look);
    look();
  });
}

export const online = (desk: Desk) => stateOf(desk, ({ link }) => link === "online");

/** Opens a conversation and waits until it is there. */
export async function opened(desk: Desk, conversationId: string): Promise<void> {
  desk.open(conversationId);
  await stateOf(desk, ({ thread }) => thread?.conversationId === conversationId && thread.status !== "loading");
}

/** The thread as a reader would tell it. */
export const told = ({ state }: Desk) => (state.thread?.items ?? []).map(tellItem);

function tellItem(item: Item): string {
  switch (item.kind) {
    case "said":
      return `${item.message.author} ${item.message.notice?.kind ?? item.message.text}`;
    case "answer":
      return `answer ${item.entry.turnId} ${item.entry.state} ${item.entry.outcome ?? ""}`.trim();
    case "note":
      return `${item.note.kind} ${item.note.text}`;
    case "letter":
      return `letter ${item.letter.text} ${item.letter.status}`;
    default:
      return item satisfies never;
  }
}

/** Resolves when the text of an answer of the open conversation is `text`. */
export function textIs(desk: Desk, turnId: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    let shown = "";
    const look = () => {
      if (shown === text) resolve();
    };
    desk.watchText(turnId, {
      reset(whole) {
        shown = whole;
        look();
      },
      append(piece) {
        shown += piece;
        look();
      },
    });
  });
}
