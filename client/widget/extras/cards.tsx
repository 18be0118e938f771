import type { Card } from "../../../src/contract/shapes.ts";
import { attempt } from "../../attempt.ts";
import type { Extended } from "../view.ts";
import { DiscountCard } from "./discount-card.tsx";
import { OrderCard } from "./order-card.tsx";
import { ProductCard } from "./product-card.tsx";

/** So many cards are shown at once; the rest is folded. */
const mostShown = 3;

/** What the tools found for one answer, in their order. */
export function Cards({ view, more, cards }: Extended & { cards: readonly Card[] }) {
  // A card of a shape that nobody expects is left out, and takes nothing else with it.
  const drawn = cards.flatMap((card) => attempt(() => draw({ view, more }, card)) ?? []);
  if (drawn.length === 0) return null;
  return (
    <div class="cards">
      {drawn.slice(0, mostShown)}
      {drawn.length > mostShown && (
        <details>
          <summary>{more.moreCards(drawn.length - mostShown)}</summary>
          {drawn.slice(mostShown)}
        </details>
      )}
    </div>
  );
}

function draw(props: Extended, card: Card) {
  switch (card.kind) {
    case "product":
      return ProductCard({ ...props, card });
    case "order":
      return OrderCard({ ...props, card });
    case "discount":
      return DiscountCard({ ...props, card });
    default:
      card satisfies never;
      return null;
  }
}

export type CardOf<K extends Card["kind"]> = Extended & { readonly card: Extract<Card, { kind: K }> };
