import { z } from "zod";
import { conversationId, customerClass, messageId, notice, rating } from "./shapes.ts";

/** The customer as the latest verified token tells; `id` is the token's `sub`, or `guest:` and random characters. */
const customer = z.object({ id: z.string(), name: z.string().optional(), class: customerClass });

/** Who of the team did it. */
const agent = z.object({ name: z.string() }).optional();

const about = { conversationId, customer };

const handover = notice.shape.kind.exclude(["resolved"]);

/** How a conversation comes into other hands, or is meant to. */
export const handovers: Readonly<Record<z.infer<typeof handover>, string>> = {
  "person-requested": "The customer has asked for a person, and waits.",
  "person-cancelled": "The customer wants none any more; the assistant goes on.",
  "message-left": "Nobody of the team is there: the assistant goes on, and the wish stays on the desk.",
  "agents-away": "The customer has asked for a person in a message, and nobody is there.",
  "agent-joined": "An agent has taken the conversation.",
  "agent-left": "The agent has handed it back to the assistant.",
  "agent-transferred": "It is another agent's now: `agent` is the new one.",
  "agent-lost": "The agent was gone for too long; somebody else is sought, or the assistant goes on.",
};

/**
 * What the shop's own server can be told, in the order of `docs/webhooks.md`. `text` is there only where the endpoint
 * has `includeTexts`.
 */
export const webhookEvents = {
  "conversation.started": {
    data: z.object({ ...about, messageId, text: z.string().optional() }),
    tells: "A customer has asked the first question of a conversation.",
  },
  "conversation.handed_off": {
    data: z.object({
      ...about,
      change: handover,
      agent,
      text: z.string().optional(),
    }),
    tells:
      "A person was asked for, or an agent took the conversation, handed it on or back, or was lost; `change` says which.",
  },
  "conversation.resolved": {
    data: z.object({ ...about, agent }),
    tells: "An agent has closed the matter.",
  },
  "conversation.rated": {
    data: z.object({ ...about, score: z.int(), comment: z.string().optional() }),
    tells: "The customer has rated the conversation; a later rating replaces it.",
  },
  "message.rated": {
    data: z.object({ ...about, messageId, value: rating }),
    tells: "The customer has rated one answer; a later rating replaces it.",
  },
} as const;

export type WebhookEventName = keyof typeof webhookEvents;

export const webhookEventName = z.enum(Object.keys(webhookEvents) as [WebhookEventName, ...WebhookEventName[]]);

export type WebhookData<N extends WebhookEventName> = z.infer<(typeof webhookEvents)[N]["data"]>;
