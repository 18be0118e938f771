import type { Card } from "../../src/contract/shapes.ts";
import type { Step } from "./chat.ts";

/** The steps with news of one of them, in the order in which they began; what has ended does not run again. */
export function withStep(steps: readonly Step[], news: Step): readonly Step[] {
  const known = steps.find(({ callId }) => callId === news.callId);
  if (!known) return [...steps, news];
  const isStale = news.state === "running" && known.epoch >= news.epoch;
  return isStale ? steps : steps.map((step) => (step === known ? news : step));
}

/** All that was found, each thing once: a tool that looked again has the last word on it. */
export function cardsOf(steps: readonly Step[]): readonly Card[] {
  return [...new Map(steps.flatMap(({ cards = [] }) => cards).map((card) => [identityOf(card), card])).values()];
}

function identityOf(card: Card): string {
  if (card.kind === "product") return `product ${card.sku}`;
  return card.kind === "order" ? `order ${card.number}` : JSON.stringify(card);
}
