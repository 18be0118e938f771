import type { Conversation } from "./conversations.ts";

/** So many of the latest notes are given to the model. */
const mostNotes = 10;

const again =
  "People of the shop's team have written in this conversation; their messages are marked as such. You answer again now, " +
  "and nobody else is being sought: whatever was said earlier about handing over no longer holds. Keep to what they agreed " +
  "with the customer.";

/**
 * What the model is told by the shop's team (H3): the notes of those who handed back, and whispers. It stands beside the
 * shop's own instructions, where no customer can write. Empty where there is nothing to tell.
 */
export function teamNotes({ messages, notes = [] }: Pick<Conversation, "messages" | "notes">): string {
  const told = notes.filter(({ kind }) => kind !== "note").slice(-mostNotes);
  const lines = told.map(({ kind, name, text }) =>
    kind === "whisper" ? `- ${name} instructs you: ${text}` : `- ${name} handed back to you and notes: ${text}`,
  );
  const hasPeople = messages.some(({ author }) => author === "agent");
  const parts = [
    hasPeople ? again : "",
    lines.length > 0 ? `From the shop's team, not seen by the customer:\n${lines.join("\n")}` : "",
  ];
  return parts.filter(Boolean).join("\n\n");
}
