import { agentNamespace, operatorNamespace, type SocketServer } from "./sockets.ts";

/** How long a socket may take to receive what was written to it before. */
const farewellMs = 2_000;
/** So many sockets are let go at once, then a pause, so that they do not all come to another node together. */
const batch = 50;
const batchPauseMs = 20;

/**
 * Tells sockets to come back later and lets them go at a pace (N3): agents, and all customers but those whose conversation is
 * in `stay`. Operators go with the last of them alone: who watches over it watches to the end.
 * Resolves when they have received everything and are gone.
 */
export async function releaseSockets(
  io: SocketServer,
  stay: ReadonlySet<string>,
  pause: (ms: number) => Promise<void>,
  isLast = false,
): Promise<void> {
  const gone: Promise<unknown>[] = [];
  const customers = [...io.of("/").sockets.values()];
  const going = customers.filter(({ data }) => !stay.has(data.session?.conversationId ?? ""));
  const operators = isLast ? io.of(operatorNamespace).sockets.values() : [];
  for (const socket of [...io.of(agentNamespace).sockets.values(), ...operators, ...going]) {
    const { conn } = socket;
    gone.push(new Promise((resolve) => conn.once("close", resolve)));
    socket.emit("node:draining", { reconnectInMs: 1_000 });
    conn.close();
    if (gone.length % batch === 0) await pause(batchPauseMs);
  }
  await Promise.race([Promise.all(gone), pause(gone.length === 0 ? 0 : farewellMs)]);
}
