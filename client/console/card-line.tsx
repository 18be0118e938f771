import type { Card } from "../../src/contract/shapes.ts";
import { attempt } from "../attempt.ts";
import { Icon } from "../staff/icons.tsx";
import { useWords } from "./scene.tsx";
import type { Words } from "./words/words.ts";

/** What a tool found, on one line. Kinds that are not known here are passed over. */
export function CardLine({ card }: { card: Card }) {
  const words = useWords();
  const line = attempt(() => lineOf(card, words));
  if (!line) return null;
  return (
    <li class="card">
      <Icon name="card" />
      <b>{line.title}</b> <span>{line.rest.filter(Boolean).join(" · ")}</span>
    </li>
  );
}

interface Line {
  readonly title: string;
  readonly rest: readonly (string | undefined)[];
}

function lineOf(card: Card, { cards, locale }: Words): Line | undefined {
  const money = (cents: number) =>
    new Intl.NumberFormat(locale, { style: "currency", currency: card.currency }).format(cents / 100);
  const day = (at: number) => new Date(at).toLocaleDateString(locale, { dateStyle: "medium" });
  switch (card.kind) {
    case "product":
      return {
        title: card.name,
        rest: [money(card.priceCents), card.stock === undefined ? undefined : cards.stock(card.stock)],
      };
    case "order":
      return {
        title: cards.order(card.number),
        rest: [
          card.state,
          money(card.totalCents),
          card.etaAt === undefined ? undefined : cards.eta(day(card.etaAt)),
          card.steps.at(-1)?.what,
        ],
      };
    case "discount":
      return {
        title: cards.discount(money(card.beforeCents), money(card.totalCents)),
        rest: card.steps.map(({ what, code }) => code ?? what),
      };
    default:
      return card satisfies never;
  }
}
