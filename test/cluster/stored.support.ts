import type { CommandResult } from "../../src/contract/events.ts";
import type { Message } from "../../src/contract/shapes.ts";
import { openCustomer } from "../support/customer.ts";

/** A conversation as the service has it. */
export interface Stored {
  readonly messages: readonly Message[];
  readonly questions: readonly Message[];
  readonly answers: readonly Message[];
  /** The turn's end under its last epoch, with the whole text. */
  readonly turn: CommandResult<"turn:resume">;
}

/** What a node tells a guest who comes for the first time. */
export async function readStored(url: string, auth: { guestToken?: string }, turnId: string): Promise<Stored> {
  await using customer = await openCustomer(url, auth);
  const { messages } = customer.opened;
  return {
    messages,
    questions: messages.filter(({ author }) => author === "customer"),
    answers: messages.filter(({ author }) => author === "assistant"),
    turn: await customer.ask("turn:resume", { turnId, epoch: 0, offset: 0 }),
  };
}
