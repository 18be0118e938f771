import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** A fact as it goes over the wire, right or wrong. */
export type Said = readonly [name: string, payload: object];

export interface Lies {
  /** What is told after a question was taken. */
  readonly facts: readonly Said[];
  /** The reply to the question; the promise of an answer unless said otherwise. */
  readonly reply?: object;
  /** The reply to `turn:resume`. */
  readonly resumed?: object;
}

export interface LyingService extends AsyncDisposable {
  readonly url: string;
}

export const turnId = "turn-1";

const snapshot = {
  conversationId: "c-1",
  class: "guest",
  responder: { kind: "assistant" },
  tier: "high",
  messages: [],
  turn: null,
  simulated: true,
};

/** Speaks the public contract to whoever connects, and says what it is told to: the truth is not asked for. */
export async function openLyingService({ facts, reply, resumed }: Lies): Promise<LyingService> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/socket.io/" });
  await once(server, "listening");
  server.on("connection", (socket) => {
    socket.send(`0${JSON.stringify({ sid: "s", pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 65_536 })}`);
    const answer = (id: string, result: object) => socket.send(`43${id}${JSON.stringify([result])}`);
    const replies: Readonly<Record<string, (id: string) => void>> = {
      "conversation:open": (id) => answer(id, { ok: true, result: snapshot }),
      "turn:resume": (id) => answer(id, resumed ?? { ok: false, error: { code: "not-found" } }),
      "message:send": (id) => {
        answer(id, reply ?? { ok: true, result: { turnId } });
        for (const fact of facts) socket.send(`42${JSON.stringify(fact)}`);
      },
    };
    socket.on("message", (data) => {
      const said = String(data);
      if (said.startsWith("40")) return socket.send('40{"sid":"t"}');
      const [, id = "", name = ""] = /^42(\d+)\["([^"]+)"/.exec(said) ?? [];
      replies[name]?.(id);
    });
  });
  const { port } = server.address() as AddressInfo; // CAST: it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
