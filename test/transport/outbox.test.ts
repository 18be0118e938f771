import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { Answer } from "../../src/domain/answer.ts";
import { Audience } from "../../src/domain/audience.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { muteWhile } from "../../src/transport/outbox.ts";
import { SocketViewer } from "../../src/transport/socket-viewer.ts";

const turn = { conversationId: "c", turnId: "t", state: "starting", epoch: 1, starts: [], askedAt: 0 } as const;

/** A page on a real connection, which looks at one conversation. */
async function openPage() {
  await using stack = new AsyncDisposableStack();
  const http = createServer().listen(0, "127.0.0.1");
  stack.defer(() => void http.close());
  await once(http, "listening");
  const server = new Server(http);
  stack.defer(() => server.close());
  // CAST: a server that listens has an address with a port.
  const { port } = http.address() as AddressInfo;
  const client = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
  stack.defer(() => void client.close());
  const heard: string[] = [];
  client.onAny((name: string) => heard.push(name));
  const [socket] = (await once(server, "connection")) as [Socket];
  if (!client.connected) await once(client as never, "connect");
  const audience = new Audience({ clock: systemClock, paceMs: () => 0 });
  audience.watch("c", new SocketViewer(socket));
  const answer = new Answer(turn, "m");
  const running = stack.move();
  return {
    socket,
    client,
    heard,
    audience,
    answer,
    /** In one step, so that all but the first fact wait for the connection. */
    write(piece: string): void {
      audience.step({ kind: "turn-started", answer, offset: 0 });
      answer.append(piece);
      audience.text(answer, piece);
    },
    async hears(name: string): Promise<void> {
      while (!heard.includes(name)) await new Promise((resolve) => client.onAny(resolve));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test("H1 text that waits for a slow connection does not leave any more once its answer was silenced", async () => {
  await using page = await openPage();
  const { transport } = page.socket.conn;
  page.write("");
  await page.hears("turn:started");
  // As while the kernel takes nothing more.
  transport.writable = false;
  page.answer.append("late");
  page.audience.text(page.answer, "late");
  page.audience.silence(page.answer.ref);
  await page.audience.settled(page.answer.ref);
  transport.writable = true;
  page.audience.tell("c", "responder:changed", { responder: { kind: "agent", name: "Li" } });
  await page.hears("responder:changed");
  expect(page.heard).toEqual(["turn:started", "responder:changed"]);
});

test("H1 what leaves within a moment is not taken back", async () => {
  await using page = await openPage();
  page.write("on time");
  page.audience.silence(page.answer.ref);
  await page.audience.settled(page.answer.ref);
  await page.hears("turn:delta");
  expect(page.heard).toEqual(["turn:started", "turn:delta"]);
});

test("N1 text that was handed over before the node fell asleep does not leave when it wakes, and everything else does", async () => {
  await using page = await openPage();
  let muted = false;
  muteWhile(page.socket.conn, () => muted);
  page.write("late");
  muted = true;
  page.audience.tell("c", "typing:changed", { author: "agent", active: true });
  await page.hears("typing:changed");
  muted = false;
  page.audience.tell("c", "typing:changed", { author: "agent", active: false });
  page.answer.append(" and on");
  page.audience.text(page.answer, " and on");
  await page.hears("turn:delta");
  expect(page.heard).toEqual(["turn:started", "typing:changed", "typing:changed", "turn:delta"]);
});
