import type { Outlet } from "./outlet.ts";
import { type Pace, within } from "./pace.ts";
import type { Random } from "./random.ts";
import type { Script } from "./script.ts";
import { chunk } from "./sse.ts";
import type { Timed, Wheel } from "./wheel.ts";

const ping = chunk(Buffer.from('event: ping\ndata: {"type": "ping"}\n\n'));

/** Told as a stream goes on; `deltas` counts what the socket took. */
export interface PlaybackWatcher {
  delta(): void;
  ended(how: "completed" | "aborted" | "broken"): void;
}

/**
 * Plays one script to one client, a write for each due delta. A client that does not read is waited for: at most one
 * buffer beyond the socket's own mark is held. Late deltas follow at once, so that the mean rate is kept.
 */
export class Playback implements Timed {
  readonly #script: Script;
  readonly #pace: Pace;
  readonly #random: Random;
  readonly #wheel: Wheel;
  readonly #outlet: Outlet;
  readonly #watcher: PlaybackWatcher;
  #at = 0;
  #dueMs = 0;
  #state: "playing" | "holding" | "over" = "playing";

  constructor(script: Script, pace: Pace, random: Random, wheel: Wheel, outlet: Outlet, watcher: PlaybackWatcher) {
    this.#script = script;
    this.#pace = pace;
    this.#random = random;
    this.#wheel = wheel;
    this.#outlet = outlet;
    this.#watcher = watcher;
  }

  /** Opens the stream at once and writes the first delta after the first-token time (and `delayMs`). */
  start(delayMs: number): void {
    this.#outlet.onClose(() => this.#finish("aborted"));
    this.#outlet.open(this.#script.opening);
    this.#dueMs = this.#wheel.nowMs() + delayMs + within(this.#pace.firstTokenMs, this.#random);
    this.#wheel.schedule(this, this.#dueMs);
  }

  run(nowMs: number): void {
    if (this.#state === "playing") this.#play(nowMs);
    else if (this.#state === "holding") this.#hold();
  }

  #play(nowMs: number): void {
    const { body, dribble } = this.#script;
    while (this.#at < body.length) {
      const isTaken = this.#write(body[this.#at++]);
      if (!dribble) this.#dueMs += within(this.#pace.deltaMs, this.#random);
      if (!isTaken) return this.#outlet.onceDrained(() => this.run(this.#wheel.nowMs()));
      if (dribble) return void setImmediate(() => this.run(nowMs));
      if (this.#dueMs > nowMs && this.#at < body.length) return this.#wheel.schedule(this, this.#dueMs);
    }
    this.#close();
  }

  #write(delta: Buffer | undefined): boolean {
    this.#watcher.delta();
    return delta === undefined || this.#outlet.write(delta);
  }

  #close(): void {
    const { ending, closing } = this.#script;
    if (closing.length > 0) this.#outlet.write(closing);
    if (ending === "hold") return this.#hold();
    this.#finish(ending === "end" ? "completed" : "broken");
    if (ending === "end") this.#outlet.end();
    else this.#outlet.destroy(ending === "reset");
  }

  #hold(): void {
    const { pingMs } = this.#script;
    if (this.#state === "holding") this.#outlet.write(ping);
    this.#state = "holding";
    if (pingMs !== undefined) this.#wheel.schedule(this, this.#wheel.nowMs() + pingMs);
  }

  #finish(how: "completed" | "aborted" | "broken"): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#watcher.ended(how);
  }
}
