import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What becomes of bytes: `none` are dropped without a word, `up` lets only those to the server through. */
type Passing = "all" | "up" | "none";

/** A line between browser and server, to be cut, or to be deadened so that neither end notices. */
export interface Cable extends AsyncDisposable {
  /** The server's address at this end of the line. */
  readonly url: string;
  /** Ends all connections and refuses new ones until {@link mend}. */
  cut(): void;
  /** Connections stay open and carry nothing any more (`up`: nothing back), for good; new ones too until {@link mend}. */
  deaden(passing?: "up" | "none"): void;
  /** New connections are good; old ones stay as they are. */
  mend(): void;
}

export async function openCable(serverUrl: string): Promise<Cable> {
  const { hostname, port } = new URL(serverUrl);
  const lines = new Set<Line>();
  let isCut = false;
  let passing: Passing = "all";
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const line = new Line(near, connect(Number(port), hostname), passing);
    lines.add(line);
    near.once("close", () => lines.delete(line));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: it listens on TCP.
  const address = server.address() as AddressInfo;
  const endAll = () => {
    for (const line of lines) line.end();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut() {
      isCut = true;
      endAll();
    },
    deaden(next = "none") {
      passing = next;
      for (const line of lines) line.passing = next;
    },
    mend() {
      isCut = false;
      passing = "all";
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      endAll();
      await closed;
    },
  };
}

/** One connection through the cable. */
class Line {
  passing: Passing;
  readonly #ends: readonly Socket[];

  constructor(near: Socket, far: Socket, passing: Passing) {
    this.passing = passing;
    this.#ends = [near, far];
    near.on("data", (bytes) => this.passing !== "none" && far.write(bytes));
    far.on("data", (bytes) => this.passing === "all" && near.write(bytes));
    for (const end of this.#ends) {
      end.on("error", () => {});
      end.on("close", () => this.passing === "all" && this.end());
    }
  }

  end(): void {
    for (const end of this.#ends) end.destroy();
  }
}
