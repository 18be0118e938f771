import type { WireError } from "../../src/contract/errors.ts";
import type { CommandResult } from "../../src/contract/events.ts";
import type { Page } from "../../src/contract/shapes.ts";
import { attempt } from "../attempt.ts";
import type { Clock } from "./clock.ts";
import type { Keeper } from "./keeper.ts";
import { lost } from "./requests.ts";

/** A question that is not known to be stored. */
export interface Letter {
  readonly messageId: string;
  readonly text: string;
  readonly page?: Page | undefined;
  readonly at: number;
  readonly status: "sending" | "failed";
  readonly error?: WireError | undefined;
}

export interface OutboxOptions {
  readonly clock: Clock;
  readonly keeper: Keeper;
  /** Rejects with {@link lost} when nothing is known of what became of the letter. */
  post(letter: Letter): Promise<CommandResult<"message:send">>;
  isOpen(): boolean;
  stored(letter: Letter, turnId: string | null): void;
  /** No acknowledgement came in time. */
  unanswered(): void;
  changed(): void;
}

/**
 * What the customer asked and the server has not acknowledged.
 *
 * - Sent one at a time, in order, each under its own id until it is acknowledged, over any number of connections and
 *   over a reload of the page.
 * - A refusal marks the letter as failed and does not hold up the next; a server that only wants a moment gets it.
 */
export interface Outbox {
  readonly letters: readonly Letter[];
  send(text: string, page?: Page): void;
  retry(messageId: string): void;
  /** Goes on sending: call when the conversation is open. */
  flush(): void;
  /** The server has it after all. */
  settle(messageId: string): void;
}

const kept = "outbox";
const mostKept = 20;
const mostTries = 5;
const momentary = ["rate-limited", "draining", "not-open", "unavailable"];

export function openOutbox(options: OutboxOptions): Outbox {
  const { clock, keeper, post, isOpen, changed } = options;
  let letters: readonly Letter[] = restore(keeper.read(kept));
  let busy = false;
  let tries = 0;

  function keep(next: readonly Letter[]): void {
    letters = next;
    keeper.write(kept, letters.length > 0 ? JSON.stringify(letters.slice(-mostKept)) : null);
    changed();
  }

  const settle = (messageId: string) => {
    const others = letters.filter((letter) => letter.messageId !== messageId);
    if (others.length < letters.length) keep(others);
  };

  const mark = (messageId: string, status: Letter["status"], error?: WireError) =>
    keep(letters.map((letter) => (letter.messageId === messageId ? { ...letter, status, error } : letter)));

  function flush(): void {
    const letter = letters.find(({ status }) => status === "sending");
    if (busy || !letter || !isOpen()) return;
    busy = true;
    post(letter).then(
      ({ turnId }) => {
        options.stored(letter, turnId);
        settle(letter.messageId);
        next();
      },
      (error: WireError) => refused(letter, error),
    );
  }

  function next(waitMs?: number): void {
    if (waitMs === undefined) tries = 0;
    const go = () => {
      busy = false;
      flush();
    };
    if (waitMs) clock.after(waitMs, go);
    else go();
  }

  function refused(letter: Letter, error: WireError): void {
    if (error === lost) {
      options.unanswered();
      return next(0);
    }
    if (momentary.includes(error.code) && ++tries < mostTries) return next(error.retryAfterMs ?? 1_000);
    mark(letter.messageId, "failed", error);
    next();
  }

  return {
    get letters() {
      return letters;
    },
    flush,
    settle,
    send(text, page) {
      keep([...letters, { messageId: newId(), text, at: clock.now(), status: "sending", page }]);
      flush();
    },
    retry(messageId) {
      mark(messageId, "sending");
      flush();
    },
  };
}

function restore(written: string | null): Letter[] {
  const isLetter = ({ messageId, text }: Letter) => typeof messageId === "string" && typeof text === "string";
  return attempt(() => (JSON.parse(written ?? "[]") as Letter[]).filter(isLetter)) ?? [];
}

/** 128 random bits: nobody else's id is ever the same. `crypto.randomUUID` is missing on pages without TLS. */
export function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
