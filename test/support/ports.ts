import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections, so that a program finds its port free when it starts again. */
const lowest = 20_000;
const highest = 32_000;
/** A process gives out those of its own slice in turn: two that look at once, or one that looks twice, find different ones. */
const sliceSize = 200;
const slices = (highest - lowest) / sliceSize;
const first = lowest + (process.pid % slices) * sliceSize;

let given = Math.floor(Math.random() * sliceSize);

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (given++ % sliceSize);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
