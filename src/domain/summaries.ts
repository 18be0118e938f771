import type { Agent, AgentViewer, Summary, View } from "../contract/shapes.ts";
import type { DeskRow, Presence } from "./desk.ts";

/** A row of the desk as a page shows it. */
export function summaryOf(
  { conversationId, care, live }: DeskRow,
  viewers: readonly AgentViewer[],
  changedAt: number,
): Summary {
  const { last, turn } = live ?? {};
  const { since, reason, left } = care?.wish ?? {};
  const { kind, name, agentId } = care?.responder ?? { kind: "assistant" };
  return {
    conversationId,
    customer: care?.customer ?? live?.customer ?? { class: "guest" },
    responder: { kind, ...(name !== undefined && { name }), ...(agentId !== undefined && { agentId }) },
    ...(since !== undefined && { waitingSince: since }),
    ...(reason !== undefined && { reason }),
    ...(left !== undefined && { left }),
    ...(last && { last }),
    ...(turn && { turn }),
    viewers: [...viewers],
    changedAt,
  };
}

/** Whether a list shows that row. */
export function inView(
  { responder, waitingSince, turn }: Summary,
  { view, agentId }: { readonly view: View; readonly agentId: string },
): boolean {
  switch (view) {
    case "mine":
      return responder.agentId === agentId;
    case "waiting":
      return waitingSince !== undefined && responder.kind !== "agent";
    case "live":
      return responder.kind === "assistant" && turn !== undefined;
    case "all":
      return true;
    default:
      return view satisfies never;
  }
}

/** Everybody once, also who has several pages open: available where one of them is. */
export function agentsOf(present: readonly Presence[]): Agent[] {
  const agents = new Map<string, Agent>();
  for (const { agentId, name, state } of present) {
    const known = agents.get(agentId);
    agents.set(agentId, { agentId, name, state: known?.state === "available" ? "available" : state });
  }
  return [...agents.values()];
}

/** Who looks at which conversation. */
export function viewersOf(present: readonly Presence[]): Map<string, AgentViewer[]> {
  const viewers = new Map<string, AgentViewer[]>();
  for (const { agentId, name, viewing } of present) {
    for (const conversationId of viewing) {
      const known = viewers.get(conversationId) ?? [];
      if (!known.some((viewer) => viewer.agentId === agentId))
        viewers.set(conversationId, [...known, { agentId, name }]);
    }
  }
  return viewers;
}
