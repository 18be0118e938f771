import { agentFacts, type FactName, type FactPayload } from "../contract/events.ts";
import type { Viewer } from "../domain/audience.ts";

// CAST: asked for before it is used.
type SharedFact = keyof typeof agentFacts;

/** What an agent's socket can be told, of any conversation. */
export interface AgentLine {
  readonly clogged: boolean;
  readonly pending: boolean;
  withhold(turnId: string): void;
  tell(fact: string, payload: object): void;
}

/** One conversation as an agent's page sees it: each fact says which one it is. */
export class AgentViewer implements Viewer {
  readonly isOfTeam = true;
  readonly #line: AgentLine;
  readonly #conversationId: string;

  constructor(line: AgentLine, conversationId: string) {
    this.#line = line;
    this.#conversationId = conversationId;
  }

  get clogged(): boolean {
    return this.#line.clogged;
  }

  get pending(): boolean {
    return this.#line.pending;
  }

  withhold(turnId: string): void {
    this.#line.withhold(turnId);
  }

  send<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    // The customer's own, such as the place in the line for a person; and what an agent is told once, whatever is shown.
    if (!Object.hasOwn(agentFacts, fact) || !("conversationId" in agentFacts[fact as SharedFact].payload.shape)) return;
    this.#line.tell(fact, { ...payload, conversationId: this.#conversationId });
  }
}
