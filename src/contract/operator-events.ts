import { z } from "zod";
import { customerFacts, type Reply } from "./events.ts";
import { history, nodeId, sample, serviceState } from "./service.ts";
import { tier } from "./shapes.ts";

const nothing = z.object({});

/** Longest pause of guests, in minutes: a day. */
const mostMinutes = 1_440;

/** What an operator may send on namespace `/operators`: one object, acknowledged by a {@link Reply}. */
export const operatorCommands = {
  "service:open": {
    payload: nothing,
    result: z.object({ me: z.object({ name: z.string() }), service: serviceState, history }),
    does: "Gives the service as it is and was in the last quarter of an hour, and tells of it each second from now on.",
  },
  "tier:hold": {
    payload: z.object({ tier: tier.nullable() }),
    result: nothing,
    does: "Holds the tier on all nodes, whatever the relay does and the budget says; null lets it go.",
  },
  "guests:pause": {
    payload: z.object({ minutes: z.int().min(1).max(mostMinutes).nullable() }),
    result: nothing,
    does: "Begins no answers to guests for so long; null lets them go on.",
  },
  "node:drain": {
    payload: z.object({ nodeId, active: z.boolean() }),
    result: nothing,
    does: "Takes a node out of the balancer and moves its sockets over, or brings it back.",
  },
} as const;

/** What an operator's page receives. */
export const operatorFacts = {
  "service:changed": {
    payload: z.object({ service: serviceState, sample }),
    tells: "The service as it is now, and what to add to the history.",
  },
  "node:draining": customerFacts["node:draining"],
} as const;

type Commands = typeof operatorCommands;
type Facts = typeof operatorFacts;

export type OperatorCommandName = keyof Commands;
export type OperatorCommandInput<N extends OperatorCommandName> = z.input<Commands[N]["payload"]>;
export type OperatorCommandResult<N extends OperatorCommandName> = z.output<Commands[N]["result"]>;
export type OperatorFactName = keyof Facts;
export type OperatorFactPayload<N extends OperatorFactName> = z.output<Facts[N]["payload"]>;

/** Socket.IO's maps of namespace `/operators`. */
export type OperatorToServer = {
  [N in OperatorCommandName]: (
    payload: OperatorCommandInput<N>,
    reply: (answer: Reply<OperatorCommandResult<N>>) => void,
  ) => void;
};
export type ServerToOperator = { [N in OperatorFactName]: (payload: OperatorFactPayload<N>) => void };
