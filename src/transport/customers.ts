import { TidegateError } from "../contract/errors.ts";
import type { CommandPayload, CommandResult, customerCommands } from "../contract/events.ts";
import type { TurnSnapshot } from "../contract/shapes.ts";
import type { Assistant } from "../domain/assistant.ts";
import type { Audience, Viewer } from "../domain/audience.ts";
import type { Undo } from "../domain/clock.ts";
import { type Conversation, type Conversations, inReadingOrder } from "../domain/conversations.ts";
import type { Caller } from "../domain/identity.ts";
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
}

export interface CustomerWorld {
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly assistant: Assistant;
  readonly audience: Audience;
  /** Questions of one customer, over all connections. */
  readonly questions: Rates;
  readonly simulated: boolean;
  /** True when no new connection and no new question may be taken (N3). */
  readonly draining: () => boolean;
}

/** A page is given the latest messages only: long answers would make megabytes of a long conversation. */
const snapshotMessages = 60;

type Have = CommandPayload<"conversation:open">["have"];

/** What customers can do, on a socket or over HTTP. */
export function customerHandlers(world: CustomerWorld): Handlers<typeof customerCommands, CustomerSession> {
  const { conversations, turns, assistant, audience, questions } = world;
  return {
    "conversation:open": async (session, { have }) => {
      const conversation = await conversations.open(session.caller);
      if (session.gone) throw new TidegateError("not-open");
      session.conversationId = conversation.conversationId;
      const turn = snapshot(world, conversation, have);
      session.unwatch();
      session.unwatch = audience.watch(conversation.conversationId, session.viewer, seen(turn));
      return opened(world, session, conversation, turn);
    },
    "message:send": async (session, question) => {
      const conversationId = openId(session);
      if (world.draining()) throw new TidegateError("draining", undefined, { retryAfterMs: 1_000 });
      questions.demand(session.caller.customerId);
      const { turnId } = await assistant.ask(conversationId, question).catch(async (error: unknown) => {
        if (!isGone(error)) throw error;
        return assistant.ask(await rejoin(world, session), question);
      });
      return { turnId };
    },
    "turn:resume": async (session, { turnId, epoch, offset }) =>
      resume(turns, assistant, { conversationId: openId(session), turnId }, epoch, offset),
    "turn:stop": async (session, { turnId }) => ({
      outcome: await assistant.stop({ conversationId: openId(session), turnId }),
    }),
    "agent:request": async (session) => {
      openId(session);
      throw new TidegateError("agents-away");
    },
    "agent:cancel": async (session) => {
      openId(session);
      return {};
    },
    "message:rate": async (session, { messageId, value }) => {
      await conversations.rateMessage(openId(session), messageId, value);
      return {};
    },
    "conversation:rate": async (session, { score, comment }) => {
      await conversations.rate(openId(session), score, comment);
      return {};
    },
    "typing:set": async (session, { active }) => {
      audience.tell(openId(session), "typing:changed", { author: "customer", active }, session.viewer);
      return {};
    },
  };
}

function openId({ conversationId }: CustomerSession): string {
  if (conversationId === null) throw new TidegateError("not-open");
  return conversationId;
}

function isGone(error: unknown): boolean {
  return error instanceof TidegateError && error.code === "not-found";
}

/**
 * Opens the customer's conversation for a page whose own is over (C1). The page took no snapshot: what it missed is told
 * as facts, and the text of a running answer follows from its beginning (S11).
 */
async function rejoin({ conversations, audience }: CustomerWorld, session: CustomerSession): Promise<string> {
  const { conversationId, messages } = await conversations.open(session.caller);
  // The question is asked even when the page has left meanwhile (S10), and a page that asks twice at once joins once.
  if (session.gone || session.conversationId === conversationId) return conversationId;
  session.conversationId = conversationId;
  session.unwatch();
  session.unwatch = audience.watch(conversationId, session.viewer);
  for (const message of inReadingOrder(messages).slice(-snapshotMessages)) {
    session.viewer.send("message:added", { message });
  }
  return conversationId;
}

function opened(
  { simulated }: CustomerWorld,
  { caller, guestToken }: CustomerSession,
  { conversationId, responder, messages }: Conversation,
  turn: TurnSnapshot | null,
): CommandResult<"conversation:open"> {
  return {
    conversationId,
    ...(guestToken !== undefined && { guestToken }),
    class: caller.class,
    responder,
    tier: "high",
    messages: inReadingOrder(messages).slice(-snapshotMessages),
    turn,
    simulated,
  };
}

/** The turn that is not ended, as far as it goes beyond what the page has already (S3). */
function snapshot({ assistant }: CustomerWorld, conversation: Conversation, have: Have): TurnSnapshot | null {
  const { runningTurnId, waitingTurnId } = conversation;
  const answer = runningTurnId === null ? undefined : assistant.live(runningTurnId);
  if (answer) return have?.turnId === runningTurnId ? answer.since(have.epoch, have.offset) : answer.since(0, 0);
  const turnId = runningTurnId ?? waitingTurnId;
  if (turnId === null) return null;
  return { turnId, state: runningTurnId === null ? "queued" : "starting", epoch: 0, text: "", offset: 0 };
}

function seen(turn: TurnSnapshot | null): { turnId: string; offset: number } | undefined {
  return turn === null ? undefined : { turnId: turn.turnId, offset: turn.offset + turn.text.length };
}

async function resume(
  turns: Turns,
  assistant: Assistant,
  ref: TurnRef,
  epoch: number,
  offset: number,
): Promise<CommandResult<"turn:resume">> {
  const turn = await turns.read(ref);
  if (turn === null) throw new TidegateError("not-found");
  const live = assistant.live(ref.turnId);
  if (live && turn.state !== "ended") return live.since(epoch, offset);
  const text = turn.answer?.text ?? "";
  const from = Math.min(sharedChars(turn.starts, epoch, offset), text.length);
  const outcome = turn.answer?.outcome;
  return { state: turn.state, epoch: turn.epoch, offset: from, text: text.slice(from), ...(outcome && { outcome }) };
}
