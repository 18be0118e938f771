import type { Message, Responder } from "../../src/contract/shapes.ts";
import type { ChatState } from "./chat.ts";

/**
 * Whether a person is waited for: the last notice of the conversation says it, the place in line is told apart from
 * that and kept from `before`. Nobody is waited for while an agent answers.
 */
export function wishAfter(messages: Iterable<Message>, { kind }: Responder, before: ChatState["wish"]) {
  if (kind === "agent") return null;
  const noticed = [...messages].filter(({ notice }) => notice).sort((a, b) => a.at - b.at);
  const last = noticed.at(-1)?.notice?.kind;
  if (last === undefined) return before;
  const waits = last === "person-requested" || (last === "agent-lost" && kind === "nobody");
  return waits ? (before ?? {}) : null;
}
