import { Moment } from "../moment.tsx";
import { CardName } from "./card-name.tsx";
import type { CardOf } from "./cards.tsx";
import { money } from "./money.ts";
import { plain } from "./plain.ts";

/** An order and where it is: the newest step is shown, the way there is folded. */
export function OrderCard({ view, more, card }: CardOf<"order">) {
  const { number, state, url, lines, totalCents, currency, etaAt } = card;
  const { locale } = view.words;
  return (
    <article class="card" aria-label={more.order(plain(number))}>
      <p class="card-head">
        <CardName name={more.order(number)} url={url} />
        <span class="card-state" dir="auto">
          {plain(state)}
        </span>
      </p>
      <ul>
        {lines.map(({ name, quantity }, at) => (
          <li key={at}>
            <span dir="auto">{plain(name)}</span>
            <span>×{quantity}</span>
          </li>
        ))}
      </ul>
      <p class="card-head">
        <span class="card-note">{etaAt !== undefined && more.arrives(dayOf(etaAt, locale))}</span>
        <b>{money(totalCents, currency, locale)}</b>
      </p>
      <Way card={card} view={view} more={more} />
    </article>
  );
}

function Way({ view, more, card }: CardOf<"order">) {
  const steps = card.steps.toReversed();
  const newest = steps[0];
  if (!newest) return null;
  return (
    <details class="way">
      <summary>
        <span dir="auto">{plain(newest.what)}</span>
        <span class="card-note">{more.allSteps}</span>
      </summary>
      <ol>
        {steps.map(({ at, what }) => (
          <li key={`${at} ${what}`}>
            <span dir="auto">{plain(what)}</span> <Moment at={at} locale={view.words.locale} />
          </li>
        ))}
      </ol>
    </details>
  );
}

const dayOf = (at: number, locale: string) =>
  new Date(at).toLocaleDateString(locale, { month: "short", day: "numeric", weekday: "short" });
