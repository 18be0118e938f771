import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import * as ws from "ws";
import { emitText, frameOf } from "../../src/transport/frames.ts";

const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 100_000];

test.each(lengths.flatMap((length) => [["a", length] as const, ["潮", length] as const]))(
  "a frame of %s, %i times, is the library's own",
  (character, times) => {
    const text = character.repeat(times);
    const options = { fin: true, opcode: 1, mask: false, rsv1: false, readOnly: true };
    // CAST: the library's types leave out how a frame is made.
    const { Sender } = ws as unknown as { Sender: { frame: (data: Buffer, options: object) => Buffer[] } };
    expect(frameOf(text).equals(Buffer.concat(Sender.frame(Buffer.from(text), options)))).toBe(true);
  },
);

const payloads = [
  { text: "" },
  { text: 'a "quote", \\ and \n\u2028\u0000 "]' },
  { text: "潮汐商店 🌊 您好", offset: 12, more: undefined },
  { list: [1, null, { deep: true }] },
];

test.each(
  ["websocket", "polling"].flatMap((transport) => ["/", "/agents"].map((space) => [transport, space] as const)),
)("a page at %s of %s hears what it would hear by the library's own emit", async (transport, space) => {
  await using stack = new AsyncDisposableStack();
  const http = createServer().listen(0, "127.0.0.1");
  stack.defer(() => void http.close());
  await once(http, "listening");
  const server = new Server(http);
  stack.defer(() => server.close());
  const { port } = http.address() as AddressInfo; // CAST: a server that listens has an address with a port
  const client = io(`http://127.0.0.1:${port}${space}`, { transports: [transport], forceNew: true });
  stack.defer(() => void client.close());
  const heard: unknown[][] = [];
  const isOver = new Promise<void>((resolve) => {
    client.onAny((...said: unknown[]) => (said[0] === "over" ? resolve() : heard.push(said)));
  });
  const [socket] = (await once(server.of(space), "connection")) as [Socket];
  for (const payload of payloads) {
    emitText(socket, "turn:delta", payload);
    socket.emit("turn:delta", payload);
  }
  socket.emit("over");
  await isOver;
  const own = heard.filter((_, at) => at % 2 === 0);
  expect(own).toHaveLength(payloads.length);
  expect(own).toEqual(heard.filter((_, at) => at % 2 === 1));
});
