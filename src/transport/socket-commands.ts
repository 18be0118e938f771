import type { Socket } from "socket.io";
import { TidegateError } from "../contract/errors.ts";
import type { Reply } from "../contract/events.ts";
import type { Undo } from "../domain/clock.ts";
import type { Caller } from "../domain/identity.ts";
import { openBucket, type Rate, waitMs } from "./limits.ts";
import { cutOff, patience } from "./patrol.ts";
import type { SocketViewer } from "./socket-viewer.ts";

/** What every command of a socket is guarded by. */
export interface Guarded {
  readonly caller: Caller;
  /** Takes one token or says how long to wait. */
  readonly admit: () => number | null;
}

/** @throws {TidegateError} `rate-limited`, `token-expired` */
export function guard({ admit, caller }: Guarded): void {
  const retryAfterMs = admit();
  if (retryAfterMs !== null) throw TidegateError.often("rate-limited", { retryAfterMs });
  if (isExpired(caller)) throw new TidegateError("token-expired");
}

function isExpired({ expiresAt }: Caller): boolean {
  return expiresAt !== undefined && expiresAt < Date.now();
}

/** One socket's own rate of commands; one that does not listen is closed. */
export function admitter(
  socket: Pick<Socket, "conn">,
  { commands, refused }: { readonly commands: Rate; readonly refused?: (() => void) | undefined },
): Guarded["admit"] {
  const bucket = openBucket(commands);
  // What is let through in between forgives nothing: a steady flood has its rate of that too. Most sockets never need it.
  let refusals: ReturnType<typeof openBucket> | undefined;
  return () => {
    if (bucket.tryRemoveTokens(1)) return null;
    refused?.();
    refusals ??= openBucket({ perSecond: commands.perSecond, burst: patience });
    // A moment later, so that it hears of the refusals first.
    if (!refusals.tryRemoveTokens(1)) setImmediate(() => cutOff(socket.conn));
    return waitMs(bucket, commands);
  };
}

/** Everything that a socket sends goes through `enter`, and is acknowledged with what that gives. */
export function takeCommands(
  socket: Pick<Socket, "onAny">,
  viewer: SocketViewer,
  enter: (name: string, payload: unknown, answer: (reply: Reply<unknown>) => void) => Promise<void>,
): void {
  socket.onAny((name: string, ...rest: unknown[]) => {
    const last = rest.pop();
    // CAST: the one function that can stand there is Socket.IO's acknowledgement. Without it nobody hears of a refusal,
    // so nothing is done.
    const acknowledge = typeof last === "function" ? (last as (reply: Reply<unknown>) => void) : null;
    const payload = acknowledge === null ? undefined : rest[0];
    void enter(name, payload, (reply) => acknowledge && viewer.answer(acknowledge, reply));
  });
}

/** A command sent in time is still answered, and one sent too late is told why, before the connection ends. */
const expiryGraceMs = 5_000;
/** Timers count no further: about 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Whoever's token has ended hears no more either (X1); a page with a fresh one connects again by itself. */
export function closeAt(socket: Pick<Socket, "conn">, { expiresAt }: Caller): Undo {
  if (expiresAt === undefined) return () => {};
  const lifeMs = expiresAt - Date.now() + expiryGraceMs;
  if (lifeMs > longestTimerMs) return () => {};
  const timer = setTimeout(() => socket.conn.close(), Math.max(0, lifeMs)).unref();
  return () => clearTimeout(timer);
}
