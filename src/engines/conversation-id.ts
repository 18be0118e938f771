import { createHash } from "node:crypto";

const idChars = 32;
/** Characters of a conversation's id that place it: what Redis Cluster takes for its hash slot. */
const tagChars = 16;

/**
 * The id of a customer's conversation: always the same, and nobody can tell the customer from it. So nodes that could
 * not ask each other (the store was away, or had just been emptied) mean the same conversation, and a conversation that
 * begins anew after its life (C1) has the id of the one before.
 */
export function conversationIdOf(customerId: string): string {
  return createHash("sha256").update(customerId).digest("base64url").slice(0, idChars);
}

export function tagOf(conversationId: string): string {
  return conversationId.slice(0, tagChars);
}
