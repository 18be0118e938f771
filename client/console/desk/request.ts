import type { AgentCommandInput, AgentCommandName, AgentCommandResult } from "../../../src/contract/events.ts";
import type { Connection } from "../../chat/link.ts";

/** Resolves with the result; rejects with the refusal as a wire error, or with `lost` when nothing is known of it. */
export type AgentRequest = <N extends AgentCommandName>(
  name: N,
  payload: AgentCommandInput<N>,
  withinMs?: number,
) => Promise<AgentCommandResult<N>>;

/** The link's own way to ask, for the commands of namespace `/agents`. */
export function requestOver(link: () => Connection): AgentRequest {
  // CAST: the link passes names and payloads on unseen; only its types are those of the customers' namespace.
  return (name, payload, withinMs) => (link().request as unknown as AgentRequest)(name, payload, withinMs);
}
