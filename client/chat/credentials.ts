import type { Clock } from "./clock.ts";
import type { Keeper } from "./keeper.ts";

/** The shop's token, or where to get a fresh one. */
export type TokenSource = string | (() => string | Promise<string>);

export interface Auth {
  token?: string | undefined;
  guestToken?: string | undefined;
}

/** Who the page says it is, at each handshake. */
export interface Credentials {
  read(): Promise<Auth>;
  /** Keeps the guest token of `conversation:open`. False when another tab was given one first: then that one counts. */
  keepGuest(guestToken: string): boolean;
  /** The conversation is open. */
  accepted(): void;
  /** This attempt is over: lets the next tab that has no identity yet go on. */
  release(): void;
  /** After a refusal: true when the next handshake would say something else. */
  renew(code: string): boolean;
}

const guest = "guest";
/** A tab the browser put to sleep may hold the lock; nobody waits for it longer than this. */
const lockWaitMs = 5_000;
const lapsed = ["token-expired", "unauthenticated"];

/**
 * All tabs of a browser are one guest, also when they open at the same moment: the first without an identity keeps a
 * lock until it has one, where the browser has locks.
 */
export function openCredentials(
  scope: string,
  token: TokenSource | undefined,
  keeper: Keeper,
  clock: Clock,
): Credentials {
  let sent: Auth = {};
  let freshTries = 0;
  let turn = 0;
  let letGo = () => {};

  /** Resolves when nobody else is about to be given an identity, at the latest after {@link lockWaitMs}. */
  function myTurn(): Promise<unknown> {
    const mine = turn;
    const { locks } = navigator;
    if (!locks) return Promise.resolve();
    return new Promise((resolve) => {
      const hold = () => {
        resolve(null);
        if (mine !== turn || keeper.read(guest) !== null) return;
        return new Promise<void>((done) => {
          letGo = done;
        });
      };
      const patience = new AbortController();
      clock.after(lockWaitMs, () => patience.abort());
      locks.request(scope, { signal: patience.signal }, hold).catch(resolve);
    });
  }

  function release(): void {
    turn++;
    letGo();
  }

  return {
    release,

    async read() {
      release();
      const fresh = typeof token === "function" ? await token() : token;
      if (fresh === undefined && keeper.read(guest) === null) await myTurn();
      sent = { token: fresh, guestToken: keeper.read(guest) ?? undefined };
      return sent;
    },

    keepGuest(guestToken) {
      const first = sent.guestToken !== undefined || keeper.read(guest) === null;
      if (first) keeper.write(guest, guestToken);
      return first;
    },

    accepted() {
      freshTries = 0;
      release();
    },

    renew(code) {
      if (sent.token !== undefined) return code === "token-expired" && typeof token === "function" && ++freshTries <= 2;
      if (sent.guestToken === undefined || !lapsed.includes(code)) return false;
      // The server's secret has changed, or the token is too old: be somebody new rather than nobody.
      if (keeper.read(guest) === sent.guestToken) keeper.write(guest, null);
      return true;
    },
  };
}
