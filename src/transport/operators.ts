import type { OperatorFactName, OperatorFactPayload, operatorCommands } from "../contract/operator-events.ts";
import type { Undo } from "../domain/clock.ts";
import type { Overview } from "../domain/overview.ts";
import type { Handlers } from "./door.ts";

/** One connection of an operator. */
export interface OperatorSession {
  /** As it is shown beside what they do. */
  readonly name: string;
  /** Looks no more. */
  leave: Undo;
  /** The connection has ended: nothing may be begun for it any more. */
  gone: boolean;
  send<N extends OperatorFactName>(fact: N, payload: OperatorFactPayload<N>): void;
}

/** What operators can do. */
export function operatorHandlers(overview: Overview): Handlers<typeof operatorCommands, OperatorSession> {
  return {
    "service:open": async (session) => () => {
      session.leave();
      // In the same step as the reply: no second is missing between the history and what is told after it.
      if (!session.gone) {
        session.leave = overview.subscribe((service, sample) => session.send("service:changed", { service, sample }));
      }
      const { service, history } = overview;
      return { me: { name: session.name }, service, history };
    },
    "tier:hold": async ({ name }, { tier }) => {
      await overview.order({ kind: "tier", tier }, name);
      return {};
    },
    "guests:pause": async ({ name }, { minutes }) => {
      await overview.order({ kind: "guests", minutes }, name);
      return {};
    },
    "node:drain": async ({ name }, { nodeId, active }) => {
      await overview.order({ kind: "node", nodeId, active }, name);
      return {};
    },
  };
}

/** The connection has ended. */
export function departOperator(session: OperatorSession): void {
  session.gone = true;
  session.leave();
}
