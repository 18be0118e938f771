import type { Message } from "../contract/shapes.ts";
import type { Conversation } from "./conversations.ts";

/** Of what was answered before so much is told. */
const mostAnswered = 20;

/** What has been asked when an answer begins is answered with it, or was before; the latest are enough to tell the line. */
export function answeredIn(conversation: Conversation | null, answered: string): readonly string[] {
  const { messages = [], waiting = null } = conversation ?? {};
  const open = [answered, waiting?.turnId];
  const before = messages.filter(({ author, turnId }) => author === "customer" && !open.includes(turnId));
  return idsOf([...before.slice(-mostAnswered), ...questionsOf(messages, answered)]);
}

/** Their ids. */
export function idsOf(messages: readonly Message[]): readonly string[] {
  return messages.map(({ messageId }) => messageId);
}

/** What was asked in that turn. */
export function questionsOf(messages: readonly Message[], turnId: string): readonly Message[] {
  return messages.filter(({ author, turnId: of }) => author === "customer" && of === turnId);
}
