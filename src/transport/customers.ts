import { TidegateError } from "../contract/errors.ts";
import type { CommandPayload, CommandResult, customerCommands, FactName, FactPayload } from "../contract/events.ts";
import type { CustomerClass, TurnSnapshot } from "../contract/shapes.ts";
import type { Admission } from "../domain/admission.ts";
import type { Answer } from "../domain/answer.ts";
import type { Assistant } from "../domain/assistant.ts";
import type { Audience, Viewer } from "../domain/audience.ts";
import type { Clock, Undo } from "../domain/clock.ts";
import { type Conversation, type Conversations, inReadingOrder, type Question } from "../domain/conversations.ts";
import type { Handoff } from "../domain/handoff.ts";
import type { Caller } from "../domain/identity.ts";
import type { Inbox } from "../domain/inbox.ts";
import { asksForPerson } from "../domain/person-words.ts";
import type { Places } from "../domain/places.ts";
import { shownTo } from "../domain/responders.ts";
import type { Responding } from "../domain/responding.ts";
import type { Listener } from "../domain/steps.ts";
import { upToDate } from "../domain/tidings.ts";
import { sharedChars, type TurnRef, type Turns } from "../domain/turns.ts";
import type { Handlers } from "./door.ts";
import type { Rates } from "./limits.ts";

/** One connection of a customer. */
export interface CustomerSession {
  readonly caller: Caller;
  /** To be handed out once, with the first `conversation:open`. */
  readonly guestToken: string | undefined;
  readonly viewer: Viewer;
  conversationId: string | null;
  unwatch: Undo;
  /** The connection has ended: nothing may be begun for it any more. */
  gone: boolean;
  /** The connection looks at a conversation: a socket joins its room. */
  readonly enter?: (conversationId: string) => void;
}

export interface CustomerWorld {
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly assistant: Assistant;
  readonly audience: Audience;
  /** The running answer of a turn, whichever node writes it, as far as it is known here. */
  readonly live: (turnId: string) => Answer | undefined;
  /** Shows here what another node writes in the conversation (S7): call before anybody is given its snapshot. */
  readonly show: (conversation: Conversation) => void;
  /** Somebody looks at the conversation from now on, and was given it as it is: call after every `audience.watch`. */
  readonly seated: (conversation: Conversation) => void;
  /** Tells those who look at the conversation on other nodes; it may be lost. */
  readonly tellElsewhere: <N extends FactName>(conversationId: string, fact: N, payload: FactPayload<N>) => void;
  /** The places in line that are looked after here. */
  readonly places: Places;
  readonly admission: Admission;
  readonly handoff: Pick<Handoff, "request" | "cancel" | "asked">;
  readonly inbox: Pick<Inbox, "opened" | "placeOf">;
  readonly responding: Responding;
  /** Told of opinions, and of what has begun anew; of everything else by those who do it. */
  readonly listener: Pick<Listener, "step">;
  readonly clock: Clock;
  /** Questions of one customer, over all connections. */
  readonly questions: Rates;
  /** Wishes for a person and opinions of one customer, over all connections: each is stored, and told on to the shop. */
  readonly wishes: Rates;
  readonly simulated: boolean;
  /** Waited for before anything is done: this node may be one that must not speak for a moment (N1). */
  readonly ready: () => Promise<void> | undefined;
  /** True when no new connection and no new question may be taken (N3). */
  readonly draining: () => boolean;
}

/** A page is given the latest messages only: long answers would make megabytes of a long conversation. */
const snapshotMessages = 60;

type Have = CommandPayload<"conversation:open">["have"];

/** What customers can do, on a socket or over HTTP. */
export function customerHandlers(world: CustomerWorld): Handlers<typeof customerCommands, CustomerSession> {
  const { conversations, assistant, audience, questions, wishes, handoff, inbox, responding, listener } = world;
  return {
    "conversation:open": async (session, { have }) => {
      const { count } = audience.tidings;
      const read = await openNow(world, session.caller);
      const { conversationId } = read;
      await findPlace(world, read, session.caller.class);
      return () => {
        if (session.gone) return leave(world, conversationId);
        // With what was told here while it was read: a step may be faster than a snapshot of the moment before it (S11).
        const conversation = upToDate(read, audience.tidings.since(conversationId, count));
        world.show(conversation);
        const turn = snapshot(world, conversation, have);
        watch(world, session, conversation, seen(turn));
        tellPersonPlace(world, session, conversation);
        return opened(world, session, conversation, turn);
      };
    },
    "message:send": async (session, asked) => {
      const question: Question = { ...asked, arrival: { way: "socket", at: world.clock.now() } };
      const conversationId = openId(session);
      if (world.draining()) throw new TidegateError("draining", undefined, { retryAfterMs: 1_000 });
      questions.demand(session.caller.customerId);
      const { class: as } = session.caller;
      const isForPerson = asksForPerson(question.text) && responding.isAssistant(conversationId);
      const ask = (id: string) => (isForPerson ? handoff.asked(id, question) : assistant.ask(id, question, as));
      const { turnId } = await ask(conversationId).catch(async (error: unknown) => {
        if (!isGone(error)) throw error;
        return ask(await rejoin(world, session));
      });
      return { turnId };
    },
    "turn:resume": async (session, { turnId, epoch, offset }) =>
      resume(world, { conversationId: openId(session), turnId }, epoch, offset),
    "turn:stop": async (session, { turnId }) => ({
      outcome: await assistant.stop({ conversationId: openId(session), turnId }),
    }),
    "agent:request": async (session, { reason, leave }) => {
      const conversationId = openId(session);
      wishes.demand(session.caller.customerId);
      await handoff.request(conversationId, { reason, leave });
      const position = await inbox.placeOf(conversationId);
      return { ...(position !== undefined && { position }) };
    },
    "agent:cancel": async (session) => {
      await handoff.cancel(openId(session));
      return {};
    },
    "message:rate": async (session, { messageId, value }) => {
      const conversationId = openId(session);
      wishes.demand(session.caller.customerId);
      await conversations.rateMessage(conversationId, messageId, value);
      listener.step({ kind: "message-rated", conversationId, messageId, value });
      return {};
    },
    "conversation:rate": async (session, { score, comment }) => {
      const conversationId = openId(session);
      wishes.demand(session.caller.customerId);
      await conversations.rate(conversationId, score, comment);
      listener.step({ kind: "conversation-rated", conversationId, score, comment });
      return {};
    },
    "typing:set": async (session, { active }) => {
      const conversationId = openId(session);
      audience.tell(conversationId, "typing:changed", { author: "customer", active }, session.viewer);
      world.tellElsewhere(conversationId, "typing:changed", { author: "customer", active });
      return {};
    },
  };
}

function openId({ conversationId }: CustomerSession): string {
  if (conversationId === null) throw new TidegateError("not-open");
  return conversationId;
}

/** From here on the session sees the conversation, and no other. */
function watch(
  { audience, seated }: CustomerWorld,
  session: CustomerSession,
  conversation: Conversation,
  seen?: { turnId: string; offset: number },
): void {
  const { conversationId } = conversation;
  session.conversationId = conversationId;
  const leaveFormer = session.unwatch;
  session.unwatch = audience.watch(conversationId, session.viewer, seen);
  leaveFormer();
  session.enter?.(conversationId);
  seated(conversation);
}

/** The page left while its conversation was being opened. */
function leave({ audience, conversations }: CustomerWorld, conversationId: string): never {
  // What cannot be undone now is undone when another node finds that nobody looks.
  if (!audience.isWatched(conversationId)) conversations.leave(conversationId).catch(() => {});
  throw new TidegateError("not-open");
}

async function openNow(world: CustomerWorld, caller: Caller, former?: string): Promise<Conversation> {
  const { conversations, responding, inbox, listener, clock } = world;
  const wasOthers = former !== undefined && !responding.isAssistant(former);
  const conversation = await conversations.open(caller);
  responding.note(conversation);
  inbox.opened(conversation);
  const { conversationId, responder, messages } = conversation;
  // Whoever held the one that is over holds it no more: pages that still show it are told so by nobody else (C1, H4).
  if (wasOthers && messages.length === 0)
    listener.step({ kind: "responder-changed", conversationId, responder, at: clock.now() });
  return conversation;
}

function isGone(error: unknown): boolean {
  return error instanceof TidegateError && error.code === "not-found";
}

/**
 * Opens the customer's conversation for a page whose own is over (C1). The page took no snapshot: what it missed is told
 * as facts, and the text of a running answer follows from its beginning (S11).
 */
async function rejoin(world: CustomerWorld, session: CustomerSession): Promise<string> {
  const { tidings } = world.audience;
  const { count } = tidings;
  const read = await openNow(world, session.caller, session.conversationId ?? undefined);
  const { conversationId } = read;
  const conversation = upToDate(read, tidings.since(conversationId, count));
  // The question is asked even when the page has left meanwhile (S10), and a page that asks twice at once joins once.
  if (session.gone || session.conversationId === conversationId) return conversationId;
  world.show(conversation);
  watch(world, session, conversation);
  for (const message of inReadingOrder(conversation.messages).slice(-snapshotMessages)) {
    session.viewer.send("message:added", { message });
  }
  return conversationId;
}

function opened(
  { simulated, admission }: CustomerWorld,
  { caller, guestToken }: CustomerSession,
  { conversationId, responder, messages }: Conversation,
  turn: TurnSnapshot | null,
): CommandResult<"conversation:open"> {
  return {
    conversationId,
    ...(guestToken !== undefined && { guestToken }),
    class: caller.class,
    responder: shownTo(responder),
    tier: admission.tier,
    messages: inReadingOrder(messages).slice(-snapshotMessages),
    turn,
    simulated,
  };
}

/** The turn that is not ended, as far as it goes beyond what the page has already (S3). */
export function snapshot(
  { live, places }: Pick<CustomerWorld, "live" | "places">,
  { conversationId, running, waiting }: Conversation,
  have: Have,
): TurnSnapshot | null {
  const turn = running ?? waiting;
  if (turn === null) return null;
  const { turnId } = turn;
  const answer = live(turnId);
  if (answer === undefined) {
    const state = running === null ? "queued" : "starting";
    const place = running === null ? places.of(conversationId) : null;
    return { turnId, state, epoch: 0, text: "", offset: 0, ...place };
  }
  return have?.turnId === turnId ? answer.since(have.epoch, have.offset) : answer.since(0, 0);
}

/** A customer who waits for a person is told the place in that line. */
function tellPersonPlace({ inbox }: CustomerWorld, { viewer }: CustomerSession, conversation: Conversation): void {
  if (conversation.responder.kind !== "nobody") return;
  const told = inbox.placeOf(conversation.conversationId).then((position) => {
    if (position !== undefined) viewer.send("agent:queued", { position });
  });
  // The next change of the line tells it.
  told.catch(() => {});
}

/** The place of a question that waits is known here from now on, whichever node has taken it (A6). */
async function findPlace(
  { places, admission, assistant }: CustomerWorld,
  conversation: Conversation,
  as: CustomerClass,
): Promise<void> {
  const { conversationId, running, waiting } = conversation;
  if (running !== null || waiting === null || places.of(conversationId)) return;
  // A line that cannot be asked is no reason to turn a page away.
  const place = await admission.find(conversationId).catch(() => undefined);
  const ref = { conversationId, turnId: waiting.turnId };
  if (place) {
    const { at, position } = place;
    return places.step({ kind: "turn-queued", ref, place: { at, position } });
  }
  places.sought(ref);
  // It waits, and stands nowhere: the line has lost it, or it begins just now.
  if (place === null) assistant.serve(conversationId, as, []);
}

export function seen(turn: TurnSnapshot | null): { turnId: string; offset: number } | undefined {
  return turn === null ? undefined : { turnId: turn.turnId, offset: turn.offset + turn.text.length };
}

export async function resume(
  { turns, live: liveOf }: Pick<CustomerWorld, "turns" | "live">,
  ref: TurnRef,
  epoch: number,
  offset: number,
): Promise<CommandResult<"turn:resume">> {
  const turn = await turns.read(ref);
  if (turn === null) throw new TidegateError("not-found");
  const live = liveOf(ref.turnId);
  if (live && turn.state !== "ended") {
    const { state, epoch: since, offset: from, text } = live.since(epoch, offset);
    return { state, epoch: since, offset: from, text };
  }
  const text = turn.answer?.text ?? "";
  const from = Math.min(sharedChars(turn.starts, epoch, offset), text.length);
  const outcome = turn.answer?.outcome;
  return { state: turn.state, epoch: turn.epoch, offset: from, text: text.slice(from), ...(outcome && { outcome }) };
}
