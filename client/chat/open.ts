import type { Message } from "../../src/contract/shapes.ts";
import { openAnswers } from "./answers.ts";
import type { Chat, ChatState } from "./chat.ts";
import { type Clock, wallClock } from "./clock.ts";
import { openCredentials, type TokenSource } from "./credentials.ts";
import { withDetour } from "./detour.ts";
import { entriesOf } from "./entries.ts";
import { openKeeper, pageStorage, type StorageLike, scopeOf } from "./keeper.ts";
import { openLink } from "./link.ts";
import { openOutbox } from "./outbox.ts";
import { lost } from "./requests.ts";
import { openSession } from "./session.ts";
import type { OpenSocket } from "./socket.ts";
import { openStore } from "./store.ts";
import { openThread } from "./thread.ts";

export interface ChatOptions {
  /** The server, such as `https://chat.example.com`. */
  readonly url: string;
  /** The shop's token of a customer who is signed in; a function is asked at every connection. */
  readonly token?: TokenSource | undefined;
  /** Keeps the guest's identity; `localStorage` where there is one. */
  readonly storage?: StorageLike | undefined;
  /** Keeps unsent questions, and where the line began, over a reload of the page; `sessionStorage` where there is one. */
  readonly session?: StorageLike | undefined;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  readonly openSocket?: OpenSocket;
}

/** Nothing heard for so long while something is expected is worth a question. */
const silenceMs = 15_000;
const typingMs = 6_000;

/** Begins at once and goes on until {@link Chat.close}, through every kind of weather. */
export function openChat(options: ChatOptions): Chat {
  const { url, token, clock = wallClock, random = Math.random, openSocket = withDetour(clock) } = options;
  const scope = scopeOf(url);
  const ofPage = openKeeper(scope, options.session ?? pageStorage("sessionStorage"));
  const messages = new Map<string, Message>();
  let closed = false;

  const store = openStore((state) =>
    entriesOf({ ...state, messages, answers: answers.all, letters: outbox.letters }, state.entries),
  );
  const changed = () => store.patch();
  const answers = openAnswers({
    changed,
    ended: (turnId) => thread.ended(turnId),
    resume: (have) => ask("turn:resume", have),
  });
  const outbox = openOutbox({
    clock,
    keeper: ofPage,
    post: ({ messageId, text, page }) => ask("message:send", { messageId, text, page }),
    isOpen: () => session.open,
    stored: ({ messageId, text, at }, turnId) =>
      thread.asked({ messageId, author: "customer", text, at, turnId: turnId ?? undefined }),
    unanswered: () => session.reconcile(),
    changed,
  });
  const typing = expiring(clock, typingMs, (who: ChatState["typing"]) => store.patch({ typing: who }));
  const thread = openThread({ messages, answers, outbox, store, keeper: ofPage, typing });

  const keeper = openKeeper(scope, options.storage ?? pageStorage("localStorage"));
  const credentials = openCredentials(scope, token, keeper, clock);
  const session = openSession({
    clock,
    credentials,
    thread,
    link: () => link,
    opened() {
      store.patch({ link: "online" });
      outbox.flush();
    },
    closed(refusal) {
      if (refusal) store.patch({ link: "refused", refusal });
      else store.patch({ link: store.latest.ready ? "reconnecting" : "connecting" });
    },
  });
  const link = openLink({ url, credentials, clock, random, openSocket }, session);

  const ask: Chat["ask"] = (name, payload) => (session.open ? link.request(name, payload) : Promise.reject(lost));

  let stopWatching: (() => void) | null = null;
  /** Looks after the silence for as long as an answer or a place in line is expected. */
  function watch(): void {
    const { runningTurnId, place } = store.latest;
    if (closed || stopWatching || !(runningTurnId ?? place)) return;
    stopWatching = clock.after(silenceMs - session.silentMs(), () => {
      stopWatching = null;
      if (session.open && session.silentMs() >= silenceMs) session.reconcile();
      watch();
    });
  }
  store.subscribe(watch);
  link.renew();

  return {
    get state() {
      return store.state;
    },
    subscribe: store.subscribe,
    watchText: answers.watch,
    textOf: (turnId) => answers.all.get(turnId)?.text.text ?? "",
    send: outbox.send,
    retry: outbox.retry,
    stop(turnId = store.latest.runningTurnId ?? store.latest.place?.turnId) {
      if (turnId !== undefined) ask("turn:stop", { turnId }).catch(() => {});
    },
    rate(messageId, value) {
      ask("message:rate", { messageId, value }).catch(answers.rate(messageId, value));
    },
    async callPerson(leave) {
      const { position } = await ask("agent:request", leave === undefined ? {} : { leave });
      if (leave === undefined) store.patch({ wish: { position: position ?? store.latest.wish?.position } });
    },
    dropPerson() {
      store.patch({ wish: null });
      ask("agent:cancel", {}).catch(() => {});
    },
    ask,
    reconcile: session.reconcile,
    close() {
      closed = true;
      link.close();
      stopWatching?.();
      typing(null);
    },
  };
}

/** Sets a value that becomes null by itself unless it is set again within `ms`. */
function expiring<T>(clock: Clock, ms: number, set: (value: T | null) => void): (value: T | null) => void {
  let cancel = () => {};
  return (value) => {
    cancel();
    if (value !== null) cancel = clock.after(ms, () => set(null));
    set(value);
  };
}
