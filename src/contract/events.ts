import { z } from "zod";
import type { WireError } from "./errors.ts";
import * as shape from "./shapes.ts";

const nothing = z.object({});
const have = z.object({ turnId: shape.turnId, epoch: shape.epoch, offset: shape.offset });

/**
 * What a customer may send on namespace `/`: one object, acknowledged by a {@link Reply}.
 * `does` is the sentence of the events table in the README.
 */
export const customerCommands = {
  "conversation:open": {
    payload: z.object({ conversationId: shape.conversationId.optional(), have: have.optional() }),
    result: z.object({
      conversationId: shape.conversationId,
      guestToken: z.string().optional(),
      class: shape.customerClass,
      responder: shape.responder,
      tier: shape.tier,
      messages: z.array(shape.message),
      turn: shape.turnSnapshot.nullable(),
      simulated: z.boolean(),
    }),
    does: "Opens or re-opens the caller's conversation and gives everything a page must show.",
  },
  "message:send": {
    payload: z.object({ messageId: shape.messageId, text: shape.messageText, page: shape.page.optional() }),
    result: z.object({ turnId: shape.turnId.nullable() }),
    does: "Asks. Sending the same messageId again repeats the first result.",
  },
  "turn:resume": {
    payload: have,
    result: z.object({
      state: shape.turnState,
      epoch: shape.epoch,
      offset: shape.offset,
      text: z.string(),
      outcome: shape.outcome.optional(),
    }),
    does: "Gives the text from the offset on, or from where a higher epoch parted from it.",
  },
  "turn:stop": {
    payload: z.object({ turnId: shape.turnId }),
    result: z.object({ outcome: shape.outcome }),
    does: "Stops an answer and keeps its text, or leaves the line.",
  },
  "agent:request": {
    payload: z.object({ reason: z.string().max(500).optional(), leave: shape.messageText.optional() }),
    result: z.object({ position: z.int().min(1).optional() }),
    does: "Asks for a person; with `leave`, leaves that message where nobody is there.",
  },
  "agent:cancel": { payload: nothing, result: nothing, does: "Takes the wish for a person back." },
  "message:rate": {
    payload: z.object({ messageId: shape.messageId, value: shape.rating }),
    result: nothing,
    does: "Rates one answer.",
  },
  "conversation:rate": {
    payload: z.object({ score: z.int().min(1).max(5), comment: z.string().max(2_000).optional() }),
    result: nothing,
    does: "Rates the conversation.",
  },
  "typing:set": { payload: z.object({ active: z.boolean() }), result: nothing, does: "Tells that the customer types." },
} as const;

/** What a customer's page receives: facts, one object each. `tells` is the sentence of the README's table. */
export const customerFacts = {
  "message:added": { payload: z.object({ message: shape.message }), tells: "A message was stored." },
  "turn:queued": {
    payload: z.object({
      turnId: shape.turnId,
      position: z.int().min(1),
      waitMs: shape.waitRange.nullable(),
      tier: shape.tier,
    }),
    tells: "The place in line, which never rises.",
  },
  "turn:started": {
    payload: z.object({ turnId: shape.turnId, epoch: shape.epoch, offset: shape.offset, model: z.string() }),
    tells: "An answer begins, or goes on at offset under a higher epoch.",
  },
  "turn:delta": {
    payload: z.object({ turnId: shape.turnId, epoch: shape.epoch, offset: shape.offset, text: z.string() }),
    tells: "A piece of the answer and its place.",
  },
  "turn:activity": {
    payload: shape.activity,
    tells: "The assistant looks something up, and what it found.",
  },
  "turn:ended": {
    payload: z.object({
      turnId: shape.turnId,
      epoch: shape.epoch,
      outcome: shape.outcome,
      error: shape.wireError.optional(),
      message: shape.message.optional(),
    }),
    tells: "How the answer ended, with the message as it was stored.",
  },
  "responder:changed": { payload: z.object({ responder: shape.responder }), tells: "Who answers from now on." },
  "agent:queued": { payload: z.object({ position: z.int().min(1) }), tells: "The place in the line for a person." },
  "typing:changed": {
    payload: z.object({ author: shape.author, name: z.string().optional(), active: z.boolean() }),
    tells: "Somebody types, or stopped typing.",
  },
  "tier:changed": { payload: z.object({ tier: shape.tier }), tells: "The service level of the cluster." },
  "node:draining": {
    payload: z.object({ reconnectInMs: z.number().min(0) }),
    tells: "The node closes; reconnect then.",
  },
} as const;

const conversationId = shape.conversationId;
const ofConversation = z.object({ conversationId });
const noteText = z.string().max(2_000).optional();

/** What an agent may send on namespace `/agents`. */
export const agentCommands = {
  "inbox:open": {
    payload: z.object({ view: shape.view.default("all") }),
    result: z.object({
      me: shape.agent,
      agents: z.array(shape.agent),
      conversations: z.array(shape.summary),
      tier: shape.tier,
    }),
    does: "Gives a list of conversations, and tells of every change in it from now on.",
  },
  "conversation:join": {
    payload: ofConversation.extend({ have: have.optional() }),
    result: z.object({
      summary: shape.summary,
      page: shape.page.optional(),
      messages: z.array(shape.message),
      notes: z.array(shape.note),
      turn: shape.turnSnapshot.nullable(),
      tier: shape.tier,
    }),
    does: "Shows a conversation, unseen by the customer, with everything that happens in it from now on.",
  },
  "conversation:leave": { payload: ofConversation, result: nothing, does: "Looks at it no more." },
  "conversation:take": {
    payload: ofConversation,
    result: z.object({ epoch: shape.epoch }),
    does: "Takes over: from the acknowledgement on the assistant says nothing more.",
  },
  "conversation:return": {
    payload: ofConversation.extend({ note: noteText }),
    result: nothing,
    does: "Hands back to the assistant, with a note for it.",
  },
  "conversation:transfer": {
    payload: ofConversation.extend({ to: z.string().min(1).max(200), note: noteText }),
    result: nothing,
    does: "Hands over to another agent.",
  },
  "conversation:resolve": {
    payload: ofConversation.extend({ tags: z.array(z.string().min(1).max(50)).max(10).optional(), note: noteText }),
    result: nothing,
    does: "Ends the matter; the customer is asked for a rating.",
  },
  "message:send": {
    payload: ofConversation.extend({ messageId: shape.messageId, text: shape.messageText }),
    result: z.object({ messageId: shape.messageId }),
    does: "Answers the customer; takes over first where the assistant, or nobody yet, is the responder.",
  },
  "customer:orders": {
    payload: ofConversation.extend({ language: z.enum(["zh", "en"]).default("en") }),
    result: z.object({ orders: z.array(shape.orderCard) }),
    does: "Gives the customer's latest orders, as the shop knows them.",
  },
  "note:add": {
    payload: ofConversation.extend({ text: shape.messageText, noteId: shape.messageId.optional() }),
    result: nothing,
    does: "Adds a note that only agents see; the same noteId again changes nothing.",
  },
  "whisper:send": {
    payload: ofConversation.extend({ text: shape.messageText, noteId: shape.messageId.optional() }),
    result: nothing,
    does: "Instructs the assistant; the customer never sees it. The same noteId again changes nothing.",
  },
  "draft:request": {
    payload: ofConversation,
    result: z.object({ draftId: z.string() }),
    does: "Has the assistant write a draft, for this agent alone.",
  },
  "turn:resume": {
    payload: have.extend({ conversationId }),
    result: customerCommands["turn:resume"].result,
    does: "Gives the text from the offset on.",
  },
  "turn:stop": {
    payload: ofConversation.extend({ turnId: shape.turnId }),
    result: z.object({ outcome: shape.outcome }),
    does: "Stops the assistant's answer.",
  },
  "typing:set": {
    payload: ofConversation.extend({ active: z.boolean() }),
    result: nothing,
    does: "Tells that the agent types.",
  },
  "presence:set": {
    payload: z.object({ state: shape.agent.shape.state }),
    result: nothing,
    does: "Tells whether the agent takes conversations.",
  },
} as const;

/** The facts of a conversation as an agent receives them: they say which one it is. */
const joined = <S extends z.ZodRawShape>(fact: { readonly payload: z.ZodObject<S>; readonly tells: string }) => ({
  payload: z.object({ ...fact.payload.shape, conversationId }),
  tells: fact.tells,
});

/** What an agent's console receives: the facts of the conversations it has joined, and those of the inbox. */
export const agentFacts = {
  "message:added": joined(customerFacts["message:added"]),
  "turn:queued": joined(customerFacts["turn:queued"]),
  "turn:started": joined(customerFacts["turn:started"]),
  "turn:delta": joined(customerFacts["turn:delta"]),
  "turn:activity": joined(customerFacts["turn:activity"]),
  "turn:ended": joined(customerFacts["turn:ended"]),
  "responder:changed": {
    payload: z.object({ responder: shape.summary.shape.responder, conversationId }),
    tells: "Who answers from now on, of an agent with the `agentId`.",
  },
  "typing:changed": joined(customerFacts["typing:changed"]),
  "note:added": {
    payload: z.object({ conversationId, note: shape.note }),
    tells: "An agent wrote a note, or a whisper.",
  },
  "viewers:changed": {
    payload: z.object({ conversationId, viewers: z.array(shape.viewer) }),
    tells: "Who of the team looks at a conversation.",
  },
  "inbox:changed": {
    payload: z.object({ conversations: z.array(shape.summary), gone: z.array(conversationId) }),
    tells: "Rows of the inbox that are new or have changed, and those that are in it no more.",
  },
  "agents:changed": { payload: z.object({ agents: z.array(shape.agent) }), tells: "Who of the team is there." },
  "draft:delta": {
    payload: z.object({ draftId: z.string(), offset: shape.offset, text: z.string() }),
    tells: "A piece of the draft and its place.",
  },
  "draft:ended": {
    payload: z.object({ draftId: z.string(), outcome: shape.outcome, error: shape.wireError.optional() }),
    tells: "How the draft ended.",
  },
  "tier:changed": customerFacts["tier:changed"],
  "node:draining": customerFacts["node:draining"],
} as const;

type Commands = typeof customerCommands;
type Facts = typeof customerFacts;
type AgentCommands = typeof agentCommands;
type AgentFacts = typeof agentFacts;

export type AgentCommandName = keyof AgentCommands;
export type AgentCommandInput<N extends AgentCommandName> = z.input<AgentCommands[N]["payload"]>;
export type AgentCommandResult<N extends AgentCommandName> = z.output<AgentCommands[N]["result"]>;
export type AgentFactName = keyof AgentFacts;
export type AgentFactPayload<N extends AgentFactName> = z.output<AgentFacts[N]["payload"]>;

/** Socket.IO's maps of namespace `/agents`. */
export type AgentToServer = {
  [N in AgentCommandName]: (
    payload: AgentCommandInput<N>,
    reply: (answer: Reply<AgentCommandResult<N>>) => void,
  ) => void;
};
export type ServerToAgent = { [N in AgentFactName]: (payload: AgentFactPayload<N>) => void };

export type CommandName = keyof Commands;
/** A command's payload as a client may write it. */
export type CommandInput<N extends CommandName> = z.input<Commands[N]["payload"]>;
/** A command's payload as a handler receives it: parsed and tidied. */
export type CommandPayload<N extends CommandName> = z.output<Commands[N]["payload"]>;
export type CommandResult<N extends CommandName> = z.output<Commands[N]["result"]>;

export type FactName = keyof Facts;
export type FactPayload<N extends FactName> = z.output<Facts[N]["payload"]>;

/** Every command is acknowledged by one of these. */
export type Reply<Result> = { ok: true; result: Result } | { ok: false; error: WireError };

/** Socket.IO's map of what a client emits. */
export type ClientToServer = {
  [N in CommandName]: (payload: CommandInput<N>, reply: (answer: Reply<CommandResult<N>>) => void) => void;
};

/** Socket.IO's map of what a server emits. */
export type ServerToClient = { [N in FactName]: (payload: FactPayload<N>) => void };

/** What a page passes in the handshake: the shop's token, or the guest token of an earlier `conversation:open`. */
export const handshakeAuth = z.object({
  token: z.string().max(8_192).optional(),
  guestToken: z.string().max(8_192).optional(),
});
