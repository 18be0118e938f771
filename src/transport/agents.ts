import type { z } from "zod";
import { TidegateError } from "../contract/errors.ts";
import type { AgentFactName, AgentFactPayload, agentCommands, FactName, FactPayload } from "../contract/events.ts";
import type { Agent, Note, View } from "../contract/shapes.ts";
import type { Admission } from "../domain/admission.ts";
import type { Assistant } from "../domain/assistant.ts";
import type { Audience, Viewer } from "../domain/audience.ts";
import type { Clock, Undo } from "../domain/clock.ts";
import { type Conversation, type Conversations, inReadingOrder } from "../domain/conversations.ts";
import type { DraftListener, Drafts } from "../domain/drafts.ts";
import type { AgentCaller, Handoff } from "../domain/handoff.ts";
import type { Inbox } from "../domain/inbox.ts";
import { handsOf, type Responders } from "../domain/responders.ts";
import type { Shop } from "../domain/shop.ts";
import { cardOfOrder } from "../domain/shop-words.ts";
import { upToDate } from "../domain/tidings.ts";
import { type CustomerWorld, resume, seen, snapshot } from "./customers.ts";
import type { Handlers } from "./door.ts";

/** One connection of an agent. */
export interface AgentSession {
  readonly agent: AgentCaller;
  state: Agent["state"];
  /** The conversations that it shows, with how to stop that. */
  readonly joined: Map<string, { readonly viewer: Viewer; readonly undo: Undo }>;
  view: View | null;
  leaveInbox: Undo;
  /** The connection has ended: nothing may be begun for it any more. */
  gone: boolean;
  /** The draft that is being written for it. */
  draft: AbortController | null;
  send<N extends AgentFactName>(fact: N, payload: AgentFactPayload<N>): void;
  /** Sees a conversation as one of several. */
  readonly viewerOf: (conversationId: string) => Viewer;
  /** A socket joins the room of a conversation, or leaves it. */
  readonly enter: (conversationId: string) => void;
  readonly exit: (conversationId: string) => void;
}

export interface AgentWorld extends Pick<CustomerWorld, "turns" | "live" | "places" | "show" | "seated"> {
  readonly conversations: Conversations;
  readonly responders: Responders;
  readonly assistant: Assistant;
  readonly audience: Audience;
  readonly admission: Admission;
  readonly handoff: Handoff;
  readonly inbox: Inbox;
  readonly drafts: Drafts;
  readonly shop: Pick<Shop, "ordersOf">;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Tells the customer, and whoever else looks, on all other nodes; it may be lost. */
  readonly tellElsewhere: <N extends FactName>(conversationId: string, fact: N, payload: FactPayload<N>) => void;
  /** Tells all agents who look at the conversation, on all nodes. */
  readonly tellAgents: <N extends AgentFactName>(conversationId: string, fact: N, payload: AgentFactPayload<N>) => void;
  /** Who is connected here, or what they look at, has changed. */
  readonly presenceChanged: () => void;
}

const mostOrders = 5;
const ordersMs = 5_000;
/** Conversations that one page may show at the same time. */
const mostJoined = 50;

/** What agents can do. */
export function agentHandlers(world: AgentWorld): Handlers<typeof agentCommands, AgentSession> {
  const { assistant, audience, handoff, inbox } = world;
  return {
    "inbox:open": async (session, { view }) => {
      const { agent, state } = session;
      const { agentId } = agent;
      const send: AgentSession["send"] = (fact, payload) => session.send(fact, payload);
      session.view = view;
      world.presenceChanged();
      const { rows, leave } = await inbox.join({ agentId, view, send });
      session.leaveInbox();
      session.leaveInbox = leave;
      if (session.gone) leave();
      const me = { ...agent, state };
      const agents = inbox.agents.some((each) => each.agentId === agentId) ? inbox.agents : [...inbox.agents, me];
      return { me, agents: [...agents], conversations: [...rows], tier: world.admission.tier };
    },
    "conversation:join": async (session, { conversationId, have }) => {
      const { tidings } = audience;
      const { count } = tidings;
      const read = await attend(world, conversationId);
      return () => {
        if (session.gone) throw new TidegateError("not-open");
        // Not before: many may be joined at once.
        if (session.joined.size >= mostJoined && !session.joined.has(conversationId))
          throw new TidegateError("rate-limited", `At most ${mostJoined} conversations can be shown at once.`);
        // In the same step as the watching: nothing is told between the two (H5).
        const conversation = upToDate(read, tidings.since(conversationId, count));
        world.show(conversation);
        const turn = snapshot(world, conversation, have);
        watch(world, session, conversation, seen(turn));
        const { messages, notes = [], page } = conversation;
        return {
          summary: inbox.summary(conversation),
          ...(page && { page }),
          messages: inReadingOrder(messages),
          notes: [...notes],
          turn,
          tier: world.admission.tier,
        };
      };
    },
    "conversation:leave": async (session, { conversationId }) => {
      leave(session, conversationId);
      world.presenceChanged();
      return {};
    },
    "conversation:take": async ({ agent }, { conversationId }) => ({
      epoch: await handoff.take(agent, conversationId),
    }),
    "conversation:return": async ({ agent }, { conversationId, note }) => {
      await handoff.giveBack(agent, conversationId, note);
      return {};
    },
    "conversation:transfer": async ({ agent }, { conversationId, to, note }) => {
      await handoff.transfer(agent, conversationId, to, note);
      return {};
    },
    "conversation:resolve": async ({ agent }, { conversationId, tags, note }) => {
      await handoff.resolve(agent, conversationId, tags, note);
      return {};
    },
    "message:send": async ({ agent }, { conversationId, messageId, text }) => {
      await handoff.say(agent, conversationId, messageId, text);
      return { messageId };
    },
    "customer:orders": async (_session, { conversationId, language }) => {
      const conversation = await world.conversations.read(conversationId);
      if (conversation === null) throw new TidegateError("not-found");
      const orders = await world.shop
        .ordersOf(conversation.customerId, mostOrders, AbortSignal.timeout(ordersMs))
        .catch(() => {
          throw new TidegateError("unavailable", "The shop cannot be asked at the moment.", { retryAfterMs: 5_000 });
        });
      return { orders: orders.map((order) => cardOfOrder(order, language)) };
    },
    "note:add": async (session, note) => addNote(world, session, "note", note),
    "whisper:send": async (session, note) => addNote(world, session, "whisper", note),
    "draft:request": async (session, { conversationId }) => {
      const conversation = await world.conversations.read(conversationId);
      if (conversation === null) throw new TidegateError("not-found");
      session.draft?.abort();
      const draft = new AbortController();
      const draftId = world.drafts.begin(conversation, draftListener(session), draft.signal);
      session.draft = draft;
      return { draftId };
    },
    "turn:resume": async (session, { conversationId, turnId, epoch, offset }) => {
      mustShow(session, conversationId);
      return resume(world, { conversationId, turnId }, epoch, offset);
    },
    "turn:stop": async (session, { conversationId, turnId }) => {
      mustShow(session, conversationId);
      return { outcome: await assistant.stop({ conversationId, turnId }) };
    },
    "typing:set": async ({ agent, joined }, { conversationId, active }) => {
      const conversation = await world.conversations.read(conversationId);
      if (conversation === null) throw new TidegateError("not-found");
      // Whoever only watches is not seen (H5).
      if (handsOf(conversation.responder) !== `agent:${agent.agentId}`) return {};
      const typing = { author: "agent", name: agent.name, active } as const;
      audience.tell(conversationId, "typing:changed", typing, joined.get(conversationId)?.viewer);
      world.tellElsewhere(conversationId, "typing:changed", typing);
      return {};
    },
    "presence:set": async (session, { state }) => {
      session.state = state;
      world.presenceChanged();
      return {};
    },
  };
}

/** The connection has ended: it shows nothing any more. */
export function depart(world: AgentWorld, session: AgentSession): void {
  session.gone = true;
  session.draft?.abort();
  session.leaveInbox();
  for (const conversationId of session.joined.keys()) leave(session, conversationId);
  world.presenceChanged();
}

async function attend({ conversations, inbox }: AgentWorld, conversationId: string): Promise<Conversation> {
  const conversation = await conversations.attend(conversationId);
  if (conversation === null) {
    inbox.drop(conversationId);
    throw new TidegateError("not-found");
  }
  return conversation;
}

function watch(
  { audience, seated, presenceChanged }: AgentWorld,
  session: AgentSession,
  conversation: Conversation,
  has: ReturnType<typeof seen>,
): void {
  const { conversationId } = conversation;
  const former = session.joined.get(conversationId);
  const viewer = session.viewerOf(conversationId);
  const undo = audience.watch(conversationId, viewer, has);
  session.joined.set(conversationId, { viewer, undo });
  former?.undo();
  session.enter(conversationId);
  seated(conversation);
  presenceChanged();
}

function leave(session: AgentSession, conversationId: string): void {
  session.joined.get(conversationId)?.undo();
  session.joined.delete(conversationId);
  session.exit(conversationId);
}

function mustShow({ joined }: AgentSession, conversationId: string): void {
  if (!joined.has(conversationId)) throw new TidegateError("not-open", "Send conversation:join before.");
}

async function addNote(
  { responders, tellAgents, clock, newId }: AgentWorld,
  { agent }: AgentSession,
  kind: Note["kind"],
  { conversationId, text, noteId = newId() }: z.output<(typeof agentCommands)["note:add"]["payload"]>,
): Promise<Record<string, never>> {
  const note: Note = { noteId, kind, ...agent, text, at: clock.now() };
  await responders.note(conversationId, note);
  tellAgents(conversationId, "note:added", { conversationId, note });
  return {};
}

function draftListener(session: AgentSession): DraftListener {
  return {
    text: (draftId, offset, text) => session.send("draft:delta", { draftId, offset, text }),
    ended: (draftId, outcome, error) => session.send("draft:ended", { draftId, outcome, ...(error && { error }) }),
  };
}
