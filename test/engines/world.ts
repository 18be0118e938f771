import type { Conversations } from "../../src/domain/conversations.ts";
import type { Caller } from "../../src/domain/identity.ts";
import type { Turns } from "../../src/domain/turns.ts";

/** What a suite needs of the engines it is run on. */
export interface EngineWorld extends AsyncDisposable {
  readonly conversations: Conversations;
  readonly turns: Turns;
  /** How long a conversation lives here after its last message. */
  readonly lifeMs: number;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

export type OpenEngines = () => Promise<EngineWorld>;

export function caller(customerId: string): Caller {
  return { customerId, role: "customer", class: "guest", name: undefined, expiresAt: undefined };
}
