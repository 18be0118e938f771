import type { Cluster, Redis } from "ioredis";

/** So long may wait for company what nobody waits for. */
const patienceMs = 10;

let isPatient = false;

/** What `say` says at once to any client may leave a moment later, behind all that is said before it: with whatever leaves next. */
export function patiently<T>(say: () => T): T {
  isPatient = true;
  try {
    return say();
  } finally {
    isPatient = false;
  }
}

/**
 * Lets all that `client` says during one turn of the event loop leave in one system call, which is most of what a small
 * command costs on both sides. Nobody waits for that: replies are read in the next turn at the earliest.
 */
export function sayTogether(client: Redis): void {
  client.on("connect", () => gather(client.stream));
}

/** The same for the connection to each node, as nodes come. */
export function sayTogetherToAll(cluster: Cluster): void {
  cluster.on("+node", sayTogether);
}

function gather(stream: Redis["stream"]): void {
  const write = stream.write.bind(stream);
  let isLeaving = false;
  let waiting: NodeJS.Timeout | null = null;
  const leave = () => {
    if (waiting) clearTimeout(waiting);
    waiting = null;
    isLeaving = false;
    stream.uncork();
  };
  // CAST: it takes whatever the original takes, whose overloads cannot be written as one.
  stream.write = ((...given: Parameters<typeof write>) => {
    if (!isLeaving && !waiting) stream.cork();
    if (isPatient && !isLeaving) waiting ??= setTimeout(leave, patienceMs);
    if (!isPatient && !isLeaving) {
      isLeaving = true;
      setImmediate(leave);
    }
    return write(...given);
  }) as typeof stream.write;
}
