import type { Config } from "./config.ts";
import type { Conversations } from "./domain/conversations.ts";
import { Courier } from "./domain/courier.ts";
import type { Listener } from "./domain/steps.ts";
import { type WebhookQueue, type WebhookReport, Webhooks } from "./domain/webhooks.ts";
import { systemClock } from "./engines/system-clock.ts";
import { openSender } from "./engines/webhooks/deliver.ts";

export interface WebhookParts {
  readonly queue: WebhookQueue;
  /** Other nodes deliver what is in the queue, too. */
  readonly isShared: boolean;
  readonly conversations: Conversations;
  readonly newId: () => string;
  readonly report: (event: WebhookReport) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Who listens for the shop's own server: nobody, where none is configured. What they open is closed with the stack. */
export function openWebhooks(
  { webhooks: endpoints, webhookSecrets: secrets }: Config,
  parts: WebhookParts,
  stack: AsyncDisposableStack,
): readonly Listener[] {
  if (endpoints.length === 0) return [];
  const clock = systemClock;
  const { send } = stack.use(openSender({ secrets, clock }));
  const open = (url: string) => new Courier({ ...parts, url, send, clock, random: Math.random });
  const couriers = new Map(endpoints.map(({ url }) => [url, open(url)]));
  for (const courier of couriers.values()) courier.wake();
  stack.defer(async () => {
    await Promise.all([...couriers.values()].map((courier) => courier.close()));
  });
  const webhooks = new Webhooks({
    ...parts,
    endpoints,
    clock,
    isGone: (url) => couriers.get(url)?.isGone === true,
    queued: (url) => couriers.get(url)?.wake(),
  });
  stack.defer(() => webhooks.close());
  return [webhooks];
}
