import type { WebhookData, WebhookEventName } from "../contract/webhooks.ts";
import type { Clock } from "./clock.ts";
import type { Conversation } from "./conversations.ts";
import type { Step } from "./steps.ts";

/** What the step itself says of an event. */
type Details = {
  readonly [N in WebhookEventName]: Omit<WebhookData<N>, "conversationId" | "customer" | "text">;
}[WebhookEventName];

/** Something that happened in a conversation of which the shop can be told. */
export interface Happening {
  readonly type: WebhookEventName;
  /** The same for every repetition (W2): made of what names the event in the conversation. */
  readonly webhookId: string;
  readonly conversationId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly details: Details;
  /** What the customer has written; told only to those who want texts (X5). */
  readonly text?: string | undefined;
}

type Told = Pick<Happening, "type" | "details"> & { readonly text?: string | undefined };
type Added = Extract<Step, { kind: "message-added" }>;

/** What the step means to the shop; null when it is nothing that the shop is told of. */
export function happeningOf(
  step: Step,
  { clock, newId }: { readonly clock: Clock; readonly newId: () => string },
): Happening | null {
  switch (step.kind) {
    case "message-added": {
      const told = toldOf(step);
      const { conversationId, message } = step;
      return told && named(conversationId, message.messageId, message.at, told);
    }
    case "message-rated": {
      const { conversationId, messageId, value } = step;
      // Each opinion is one of its own: a later one replaces it, even one that was held before.
      return named(conversationId, newId(), clock.now(), { type: "message.rated", details: { messageId, value } });
    }
    case "conversation-rated": {
      const { conversationId, score, comment } = step;
      const details = { score, ...(comment !== undefined && { comment }) };
      return named(conversationId, newId(), clock.now(), { type: "conversation.rated", details });
    }
    default:
      return null;
  }
}

function toldOf({ message, isFirst }: Added): Told | null {
  const { messageId, text, notice } = message;
  if (isFirst) return { type: "conversation.started", details: { messageId }, text };
  if (notice === undefined) return null;
  const { kind, name } = notice;
  const by = name === undefined ? {} : { agent: { name } };
  if (kind === "resolved") return { type: "conversation.resolved", details: by };
  return { type: "conversation.handed_off", details: { change: kind, ...by } };
}

function named(conversationId: string, id: string, at: number, told: Told): Happening {
  return { webhookId: `${told.type.replace(".", "-")}_${conversationId}_${id}`, conversationId, at, ...told };
}

/** What is sent, as the page on webhooks describes it. */
export function payloadOf(happening: Happening, conversation: Conversation, includeTexts: boolean) {
  const { type, conversationId, at, details } = happening;
  const { customerId, customer, wish } = conversation;
  // A notice has words of the system; the customer's are with the wish for a person.
  const text = type === "conversation.handed_off" ? wish?.reason : happening.text;
  const shown = includeTexts && text !== undefined ? { text } : {};
  return {
    type,
    timestamp: new Date(at).toISOString(),
    data: { conversationId, customer: { id: customerId, class: "guest", ...customer }, ...details, ...shown },
  };
}
