import type { AgentFactName, AgentFactPayload } from "../../../src/contract/events.ts";
import type { State } from "../../staff/state.ts";
import type { DeskState } from "./desk.ts";
import type { Draft } from "./draft.ts";
import type { Inbox } from "./inbox.ts";
import { readAgent, readAll, readResponder, readSummary, readViewer } from "./read.ts";
import type { Thread } from "./thread.ts";

export interface FactsOptions {
  readonly state: State<DeskState>;
  readonly inbox: Inbox;
  readonly draft: Draft;
  thread(): Thread | null;
}

/** Puts each fact where it belongs; what nobody knows, and what is said of a conversation that is not open, is passed over. */
export function deskFacts({ state, inbox, draft, thread }: FactsOptions): (name: string, payload: unknown) => void {
  type House = { [N in AgentFactName]?: (fact: AgentFactPayload<N>) => void };
  const house: House = {
    "inbox:changed": ({ conversations, gone }) =>
      inbox.apply(
        readAll(conversations, readSummary),
        readAll(gone, (id) => (typeof id === "string" ? id : null)),
      ),
    "agents:changed"({ agents: given }) {
      const agents = readAll(given, readAgent);
      const me = agents.find(({ agentId }) => agentId === state.now.me?.agentId) ?? state.now.me;
      state.patch({ agents, me });
    },
    "viewers:changed": ({ conversationId, viewers }) =>
      inbox.patch(conversationId, { viewers: readAll(viewers, readViewer) }),
    "responder:changed"({ conversationId, responder: given }) {
      const responder = readResponder(given);
      const known = inbox.row(conversationId)?.responder;
      // Who of that name it is, the inbox says; until then it is whoever it was.
      const agentId = responder.name === known?.name ? known?.agentId : undefined;
      inbox.patch(conversationId, { responder: { ...responder, agentId: responder.agentId ?? agentId } });
    },
    "tier:changed": ({ tier }) => tier && state.patch({ tier }),
    "draft:delta": draft.delta,
    "draft:ended": draft.ended,
  };

  return (name, payload) => {
    // CAST: a fact is looked at where it is read; the tables only say who reads it.
    const tell = (table: object) =>
      Object.hasOwn(table, name) && (table as Record<string, (fact: unknown) => void>)[name]?.(payload);
    tell(house);
    const { conversationId, turnId } = payload as { conversationId?: unknown; turnId?: unknown };
    const isOfTurn = !name.startsWith("turn:") || typeof turnId === "string";
    const open = thread();
    if (open && isOfTurn && conversationId === open.state.conversationId) tell(open.facts);
  };
}
