import type { AnswerEntry, ChatState, QuestionEntry } from "../../client/chat/chat.ts";

/** A chat that has been opened, and nothing said. */
export const quiet: ChatState = {
  link: "online",
  ready: true,
  simulated: false,
  tier: "high",
  responder: { kind: "assistant" },
  entries: [],
  runningTurnId: null,
  place: null,
  wish: null,
  typing: null,
};

export const question = (messageId: string, changes: Partial<QuestionEntry> = {}): QuestionEntry => ({
  kind: "question",
  messageId,
  text: `text of ${messageId}`,
  at: 0,
  status: "sent",
  waiting: false,
  ...changes,
});

export const answer = (turnId: string, changes: Partial<AnswerEntry> = {}): AnswerEntry => ({
  kind: "answer",
  turnId,
  state: "streaming",
  ...changes,
});
