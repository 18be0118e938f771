import type { Card } from "../../../src/contract/shapes.ts";
import { money } from "./money.ts";
import { plain } from "./plain.ts";
import type { MoreWords } from "./words/words.ts";

/** A card in words, as items of a Markdown list. */
export function cardLines(card: Card, more: MoreWords, locale: string): string[] {
  const amount = (cents: number) => money(cents, card.currency, locale);
  switch (card.kind) {
    case "product":
      return [`* ${plain(card.name)}: ${amount(card.priceCents)}`];
    case "order":
      return [
        `* ${more.order(plain(card.number))}: ${plain(card.state)}, ${amount(card.totalCents)}`,
        ...card.steps.map(({ at, what }) => `  * ${new Date(at).toLocaleString(locale)} ${plain(what)}`),
      ];
    case "discount":
      return [
        `* ${more.before}: ${amount(card.beforeCents)}`,
        ...card.steps.map(({ what, offCents }) => `* ${plain(what)}: ${amount(-offCents)}`),
        `* ${more.total}: ${amount(card.totalCents)}`,
      ];
    default:
      card satisfies never;
      return [];
  }
}
