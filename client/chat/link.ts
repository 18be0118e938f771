import type { WireError } from "../../src/contract/errors.ts";
import type { Clock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import { openRequests, type Request } from "./requests.ts";
import type { Emit, OpenSocket, SocketListener } from "./socket.ts";

/** Told by the link; `fact` gets whatever came, unchecked. */
export interface LinkListener {
  connected(): void;
  lost(): void;
  /** Final: the link does not try again. */
  refused(error: WireError): void;
  fact(name: string, payload: unknown): void;
}

/** A connection that comes back by itself until it is refused or closed. */
export interface Connection {
  readonly up: boolean;
  /** True between the start of an attempt and its success or failure. */
  readonly trying: boolean;
  readonly request: Request;
  /** Everything is well: the next failure is tried again soon. */
  settled(): void;
  /** Gives up the present connection, if any, and opens another now. */
  renew(): void;
  /** The same after `ms`, or by default after the back-off. */
  renewLater(ms?: number): void;
  refuse(error: WireError): void;
  close(): void;
}

export interface LinkOptions {
  readonly url: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly openSocket: OpenSocket;
}

const backoffMs = { first: 500, most: 20_000 };
/** Everybody who was turned away at one moment must not come back at one moment. */
const spreadMs = 4_000;
/** After a disconnection for sending too much. */
const penaltyMs = 5_000;

export function openLink(options: LinkOptions, tell: LinkListener): Connection {
  const { url, openSocket, clock, random, credentials } = options;
  let failures = 0;
  let trying = false;
  let limited = false;
  let over = false;
  let emit: Emit | null = null;
  let cancelNext = () => {};
  let closeSocket = () => {};

  const requests = openRequests({
    clock,
    emit: () => emit,
    cured({ code }) {
      limited ||= code === "rate-limited";
      // With a fresh token the command can be sent again, as after any other loss of the connection.
      const renewable = code === "token-expired" && credentials.renew(code);
      if (renewable) renew();
      return renewable;
    },
  });

  /** Whatever there is of a connection is no more. */
  function drop(): void {
    closeSocket();
    cancelNext();
    credentials.release();
    trying = false;
    if (!emit) return;
    emit = null;
    requests.lose();
    tell.lost();
  }

  function fail(waitMs?: number): void {
    drop();
    renewLater(waitMs);
  }

  function renewLater(ms = Math.min(backoffMs.first * 2 ** failures++, backoffMs.most) * (0.5 + random())): void {
    cancelNext();
    if (!over) cancelNext = clock.after(ms, renew);
  }

  function renew(): void {
    if (over) return;
    drop();
    trying = true;
    closeSocket = openSocket(url, credentials.read, socketListener);
  }

  function close(): void {
    over = true;
    drop();
  }

  function refuse(error: WireError): void {
    close();
    tell.refused(error);
  }

  const socketListener: SocketListener = {
    event: tell.fact,
    connected(given) {
      emit = given;
      trying = false;
      tell.connected();
    },
    ended(how, given) {
      // CAST: what has no code is not taken for a refusal.
      const refusal = given as WireError | null | undefined;
      const isPenalty = limited && how === "dismissed";
      limited = false;
      if (!refusal?.code) fail(isPenalty ? penaltyMs : undefined);
      else if (credentials.renew(refusal.code)) fail(0);
      else if (refusal.retryable) fail((refusal.retryAfterMs ?? 1_000) + spreadMs * random());
      else refuse(refusal);
    },
  };

  return {
    get up() {
      return emit !== null;
    },
    get trying() {
      return trying;
    },

    request: requests.request,
    settled: () => {
      failures = 0;
    },
    renew,
    renewLater,
    refuse,
    close,
  };
}
