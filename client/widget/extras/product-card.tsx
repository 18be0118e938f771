import { CardName } from "./card-name.tsx";
import type { CardOf } from "./cards.tsx";
import { money } from "./money.ts";
import { plain, safeUrl } from "./plain.ts";

/** Fewer than this are told by their number. */
const fewFrom = 10;

export function ProductCard({ view, more, card }: CardOf<"product">) {
  const { name, note, url, imageUrl, priceCents, currency, stock } = card;
  const image = safeUrl(imageUrl, ["https:"]);
  return (
    <article class="card product" aria-label={plain(name)}>
      {image && (
        <img src={image} alt="" width={64} height={64} loading="lazy" decoding="async" referrerpolicy="no-referrer" />
      )}
      <div>
        <CardName name={name} url={url} />
        {note && (
          <p class="card-note" dir="auto">
            {plain(note)}
          </p>
        )}
        <p class="card-price">
          <b>{money(priceCents, currency, view.words.locale)}</b>
          {stock !== undefined && (
            <span data-stock={stock > 0}>{stock < fewFrom ? more.stock(stock) : more.inStock}</span>
          )}
        </p>
      </div>
    </article>
  );
}
