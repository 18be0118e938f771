import { z } from "zod";
import type { Handoff } from "./handoff.ts";
import { defineTool, type Tool } from "./tools.ts";

const answers = {
  requested: "A person of the team has been asked to join; you are silent from now on.",
  away: "Nobody of the team is there. Say so honestly; the customer can leave a message with the button for a person.",
  "too-often":
    "People were asked for and handed back a moment ago. Help the customer yourself, or say honestly that you cannot.",
} as const;

/** The model's own way to a person (H3). */
export function personTool(handoff: Pick<Handoff, "seek">): Tool {
  return defineTool({
    name: "request_person",
    description:
      "Asks a person of the shop's team to take over this conversation. Use it when the customer wants a person, is upset, or needs something that you cannot do, such as a refund. Say in one sentence beforehand that you are asking somebody.",
    input: z.strictObject({
      reason: z.string().min(1).max(300).describe("For the agent: what the customer needs, in one sentence"),
    }),
    run: async ({ reason }, { conversationId }) => {
      const text = answers[await handoff.seek(conversationId, reason)];
      return { text, isError: false, cards: [] };
    },
  });
}
