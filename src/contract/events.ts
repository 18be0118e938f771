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
    payload: z.object({ reason: z.string().max(500).optional() }),
    result: z.object({ position: z.int().min(1).optional() }),
    does: "Asks for a person.",
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
    payload: z.object({ turnId: shape.turnId, tool: z.string(), state: z.enum(["running", "done"]) }),
    tells: "The assistant looks something up.",
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

type Commands = typeof customerCommands;
type Facts = typeof customerFacts;

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
