import type { WireError } from "../../../src/contract/errors.ts";
import type { Agent } from "../../../src/contract/shapes.ts";
import { type Clock, wallClock } from "../../chat/clock.ts";
import { withDetour } from "../../chat/detour.ts";
import { openKeeper, pageStorage, type StorageLike, scopeOf } from "../../chat/keeper.ts";
import { openLink } from "../../chat/link.ts";
import { lost } from "../../chat/requests.ts";
import type { OpenSocket } from "../../chat/socket.ts";
import { overWebSocket } from "../../chat/websocket.ts";
import { onlyToken } from "../../staff/credentials.ts";
import { openState } from "../../staff/state.ts";
import { browserPace, type Pace } from "../../widget/flush.ts";
import type { Desk, DeskState } from "./desk.ts";
import { openDraft } from "./draft.ts";
import { deskFacts } from "./facts.ts";
import { openInbox } from "./inbox.ts";
import { openOutboxes } from "./outboxes.ts";
import { readAgent, readAll, readSummary } from "./read.ts";
import { type AgentRequest, requestOver } from "./request.ts";
import { openSession } from "./session.ts";
import { openThread, type Thread } from "./thread.ts";
import { openTyping } from "./typing.ts";

export interface DeskOptions {
  /** The server, such as `https://chat.example.com`. */
  readonly url: string;
  /** The agent's. */
  readonly token: string;
  /** Keeps what is not sent yet over a reload; `sessionStorage` where there is one. */
  readonly storage?: StorageLike | undefined;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  /** What paces the painting of rows. */
  readonly pace?: Pace;
  readonly openSocket?: OpenSocket;
}

const loadPolling = async () => (await import("../../chat/polling.ts")).overPollingIn("/agents");

const first: DeskState = {
  link: "connecting",
  ready: false,
  me: null,
  agents: [],
  tier: "high",
  thread: null,
  draft: null,
};

/** Begins at once and goes on until {@link Desk.close}, through every kind of weather. */
export function openDesk(options: DeskOptions): Desk {
  const { url, token, clock = wallClock, random = Math.random, pace = browserPace } = options;
  const openSocket = options.openSocket ?? withDetour(clock, loadPolling, overWebSocket(clock, "/agents,"));
  const keeper = openKeeper(`${scopeOf(url)}:console`, options.storage ?? pageStorage("sessionStorage"));
  const state = openState(first);
  const inbox = openInbox(pace, () => state.now.me?.agentId);
  const request = requestOver(() => link);
  const ask: AgentRequest = (...asked) => (session.open ? request(...asked) : Promise.reject(lost));
  let thread: Thread | null = null;

  const outboxes = openOutboxes({
    clock,
    keeper,
    post: (conversationId, { messageId, text }) => ask("message:send", { conversationId, messageId, text }),
    isOpen: () => session.open,
    stored(conversationId, { messageId, text, at }) {
      const author = "agent" as const;
      isOpenNow(conversationId)?.said({ messageId, author, name: state.now.me?.name, text, at });
      mine(conversationId);
    },
    unanswered: () => session.reconcile(),
    changed: (conversationId) => isOpenNow(conversationId)?.touch(),
  });
  const isOpenNow = (conversationId: string) => (thread?.state.conversationId === conversationId ? thread : null);
  const draft = openDraft(ask, (now) => state.patch({ draft: now }));
  const typing = openTyping(clock, (conversationId, active) => {
    ask("typing:set", { conversationId, active }).catch(() => {});
  });
  const facts = deskFacts({ state, inbox, draft, thread: () => thread });

  const session = openSession({
    clock,
    request,
    link: () => link,
    thread: () => thread,
    apply: facts,
    restore({ me, agents, conversations, tier }) {
      state.patch({ me: readAgent(me), agents: readAll(agents, readAgent), tier, ready: true });
      inbox.restore(readAll(conversations, readSummary));
    },
    joined(of, snapshot) {
      const summary = readSummary(snapshot.summary);
      if (summary) inbox.apply([summary]);
      of.restore(snapshot);
    },
    opened() {
      state.patch({ link: "online" });
      outboxes.flush();
      keepPresence();
    },
    closed(refusal) {
      draft.lose(lost);
      if (refusal) state.patch({ link: "refused", refusal });
      else state.patch({ link: state.now.ready ? "reconnecting" : "connecting" });
    },
  });
  const link = openLink({ url, credentials: onlyToken(token), clock, random, openSocket }, session);

  /** What was acknowledged is so, whether the inbox has heard of it or not. */
  function mine(conversationId: string): void {
    const { me } = state.now;
    if (me) inbox.patch(conversationId, { responder: { kind: "agent", name: me.name, agentId: me.agentId } });
  }

  function keepPresence(): void {
    const wanted = keeper.read("presence");
    if ((wanted === "away" || wanted === "available") && state.now.me?.state !== wanted)
      setPresence(wanted).catch(() => {});
  }

  async function setPresence(presence: Agent["state"]): Promise<void> {
    const before = state.now.me;
    keeper.write("presence", presence);
    if (before) state.patch({ me: { ...before, state: presence } });
    try {
      await ask("presence:set", { state: presence });
    } catch (error) {
      // What is lost is told again on the next connection.
      if (error !== lost) state.patch({ me: before });
      throw error as WireError;
    }
  }

  function open(conversationId: string | null): void {
    const left = thread?.state.conversationId;
    if (left === conversationId) return;
    typing.stop();
    draft.dismiss();
    thread?.close();
    if (left !== undefined) ask("conversation:leave", { conversationId: left }).catch(() => {});
    thread = conversationId === null ? null : begin(conversationId);
    state.patch({ thread: thread?.state ?? null });
    session.join();
  }

  function begin(conversationId: string): Thread {
    const begun: Thread = openThread({
      conversationId,
      clock,
      request: ask,
      outbox: outboxes.of(conversationId),
      changed: (now) => thread === begun && state.patch({ thread: now }),
    });
    begun.touch();
    return begun;
  }

  link.renew();
  return {
    get state() {
      return state.now;
    },
    inbox,
    subscribe: state.subscribe,
    open,
    send(conversationId, text) {
      typing.stop();
      outboxes.of(conversationId).send(text);
    },
    retry: (conversationId, messageId) => outboxes.of(conversationId).retry(messageId),
    ask,
    async take(conversationId) {
      await ask("conversation:take", { conversationId });
      mine(conversationId);
    },
    typing: (conversationId) => (conversationId === null ? typing.stop() : typing.key(conversationId)),
    setPresence,
    askDraft: () => thread && draft.ask(thread.state.conversationId),
    dismissDraft: draft.dismiss,
    draftText: () => draft.text,
    watchDraft: draft.watch,
    watchText: (turnId, sink) => thread?.watchText(turnId, sink) ?? (() => {}),
    reconcile: session.reconcile,
    close() {
      link.close();
      inbox.close();
      thread?.close();
      typing.stop();
    },
  };
}
