import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./ports.ts";

/** A TCP line to a server, on which whatever happens to lines can be made to happen. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Holds all bytes of both directions, also those of new connections, until {@link resume}. */
  pause(): void;
  /** Destroys all connections; new ones are good. */
  cut(): void;
  /** Destroys all connections and listens no more until {@link resume}: new ones find nobody. */
  refuse(): Promise<void>;
  /** Each piece arrives so much later, in each direction; 0 from now on hurries none that is on its way. */
  delay(ms: number): void;
  /**
   * Lets the server carry out the next request that contains `asked` in one piece, but not its reply come back: the
   * connection ends instead, for both. Resolves when that has happened.
   */
  swallowReply(asked?: string): Promise<void>;
  /** Everything passes again, what was held first. */
  resume(): Promise<void>;
}

/** A proxy on a port of its own before `targetPort` of 127.0.0.1. */
export async function openProxy(targetPort: number): Promise<Proxy> {
  const port = await freePort();
  const weather = new Weather();
  const lines = new Set<Line>();
  const cut = () => {
    for (const line of lines) line.destroy();
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const line = new Line(near, far, weather);
    lines.add(line);
    near.once("close", () => lines.delete(line));
  });
  await listen(server, port);
  return {
    port,
    cut,
    pause: () => weather.pause(),
    delay: (ms) => weather.delay(ms),
    swallowReply: (asked = "") => weather.swallow(asked),
    async refuse() {
      const closed = close(server);
      cut();
      await closed;
    },
    async resume() {
      weather.clear();
      if (!server.listening) await listen(server, port);
    },
    async [Symbol.asyncDispose]() {
      const closed = close(server);
      cut();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** The reply to the next request that contains `asked` will be lost. */
interface Loss {
  readonly asked: string;
  readonly happened: () => void;
}

/** What holds for all lines of a proxy. */
class Weather {
  delayMs = 0;
  /** Those that have not found their request. */
  readonly #losses = new Set<Loss>();
  #calm: PromiseWithResolvers<void> | null = null;

  pause(): void {
    this.#calm ??= Promise.withResolvers();
  }

  delay(ms: number): void {
    this.delayMs = ms;
  }

  swallow(asked: string): Promise<void> {
    return new Promise((happened) => this.#losses.add({ asked, happened }));
  }

  /** The loss of the reply to a request of these bytes, if it is to be lost; found once. */
  lossFor(request: Buffer): Loss | undefined {
    const loss = [...this.#losses].find(({ asked }) => request.includes(asked));
    if (loss) this.#losses.delete(loss);
    return loss;
  }

  clear(): void {
    this.delayMs = 0;
    this.#calm?.resolve();
    this.#calm = null;
  }

  /** Undefined unless bytes are being held. */
  get held(): Promise<void> | undefined {
    return this.#calm?.promise;
  }
}

/** One connection through the proxy. */
class Line {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #weather: Weather;
  /** Its last request was the one whose reply is swallowed. */
  #isLost = false;

  constructor(near: Socket, far: Socket, weather: Weather) {
    this.#near = near;
    this.#far = far;
    this.#weather = weather;
    for (const end of [near, far]) end.on("error", () => this.destroy());
    this.#carry(near, far, (bytes) => this.#ask(bytes));
    this.#carry(far, near, (bytes) => near.write(bytes));
  }

  destroy(): void {
    this.#near.destroy();
    this.#far.destroy();
  }

  /** Pieces and the end arrive in their order, each when its own time has come. */
  #carry(from: Socket, to: Socket, pass: (bytes: Buffer) => void): void {
    let before: Promise<unknown> = Promise.resolve();
    const later = (arrive: () => void) => {
      before = Promise.all([before, this.#way()]).then(() => this.#isLost || arrive());
    };
    from.on("data", (bytes) => later(() => pass(bytes)));
    from.on("end", () => later(() => to.end()));
  }

  async #way(): Promise<void> {
    const { delayMs } = this.#weather;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    // It may be held again by the time it is let go.
    while (this.#weather.held) await this.#weather.held;
  }

  #ask(bytes: Buffer): void {
    this.#far.write(bytes);
    const loss = this.#weather.lossFor(bytes);
    if (loss) this.#lose(loss);
  }

  /** The server reads the end after the request, so it has carried the request out when it closes. */
  #lose(loss: Loss): void {
    this.#isLost = true;
    this.#far.end();
    this.#far.once("close", () => {
      this.#near.destroy();
      loss.happened();
    });
  }
}
