import type { Cluster, Redis } from "ioredis";

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
  let isGathering = false;
  const leave = () => {
    isGathering = false;
    stream.uncork();
  };
  // CAST: it takes whatever the original takes, whose overloads cannot be written as one.
  stream.write = ((...given: Parameters<typeof write>) => {
    if (!isGathering) {
      isGathering = true;
      stream.cork();
      setImmediate(leave);
    }
    return write(...given);
  }) as typeof stream.write;
}
