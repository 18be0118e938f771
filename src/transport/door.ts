import type { z } from "zod";
import { TidegateError, toWireError } from "../contract/errors.ts";
import type { Reply } from "../contract/events.ts";

/** One direction of the wire: for each command the shape of its payload. */
export type CommandTable = Readonly<Record<string, { readonly payload: z.ZodType }>>;

/** A result, or what makes it in the very step in which it is sent: no fact can come between what it tells and itself. */
export type Made<T> = T | (() => T);

/** What runs a command: it sees parsed payloads only, returns the result, and throws {@link TidegateError}s. */
export type Handlers<Table extends CommandTable, Session> = {
  readonly [N in keyof Table & string]: (
    session: Session,
    payload: z.output<Table[N]["payload"]>,
  ) => Promise<Made<Table[N] extends { readonly result: z.ZodType } ? z.output<Table[N]["result"]> : unknown>>;
};

/** Largest payload of one command, as JSON characters. */
export const maxPayloadChars = 16 * 1_024;

export interface DoorOptions<Table extends CommandTable, Session> {
  readonly commands: Table;
  readonly handlers: Handlers<Table, Session>;
  /** Called before anything else is looked at; throws to refuse (rates, expired tokens). */
  readonly guard: (session: Session, name: string) => void;
  /** Waited for before a command runs: whether anything may be said at all. */
  readonly ready?: (() => Promise<void> | undefined) | undefined;
  /** Told of faults that are ours. */
  readonly onFault: (fault: unknown, name: string) => void;
}

/**
 * The one way in: parses, runs, replies (X3). Whatever comes gets exactly one reply, and nothing that a handler throws
 * goes further than here.
 */
export class Door<Table extends CommandTable, Session> {
  readonly #options: DoorOptions<Table, Session>;

  constructor(options: DoorOptions<Table, Session>) {
    this.#options = options;
  }

  /** @param answer called once, in the same step in which the result is made */
  async enter(
    session: Session,
    name: string,
    payload: unknown,
    answer: (reply: Reply<unknown>) => void,
  ): Promise<void> {
    let reply: Reply<unknown>;
    try {
      this.#options.guard(session, name);
      await this.#options.ready?.();
      const made = await this.#run(session, name, payload);
      reply = { ok: true, result: resultOf(made) };
    } catch (fault) {
      if (!(fault instanceof TidegateError)) this.#options.onFault(fault, name);
      reply = { ok: false, error: toWireError(fault) };
    }
    answer(reply);
  }

  #run(session: Session, name: string, payload: unknown): Promise<unknown> {
    const { commands, handlers } = this.#options;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new TidegateError("unknown-command");
    if (sizeOf(payload) > maxPayloadChars) throw new TidegateError("too-large");
    const parsed = command.payload.safeParse(payload);
    if (!parsed.success) throw new TidegateError("bad-request", explain(parsed.error));
    // CAST: the table ties each name to its payload; the lookup by a plain string loses that.
    const handler = handlers[name] as (session: Session, payload: unknown) => Promise<unknown>;
    return handler(session, parsed.data);
  }
}

export function resultOf<T>(made: Made<T>): T {
  // CAST: results are read from JSON, where there are no functions.
  return typeof made === "function" ? (made as () => T)() : made;
}

/** What cannot even be written down again, such as ten thousand nested lists, is larger than anything. */
function sizeOf(payload: unknown): number {
  try {
    return JSON.stringify(payload)?.length ?? 0;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The first fault, with its place: never the value, which may be anything. */
function explain({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return "The payload does not have the expected shape.";
  const place = issue.path.map(String).join(".").slice(0, 80);
  return `${place || "payload"}: ${issue.message.slice(0, 200)}`;
}
