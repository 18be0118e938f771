import type { CardOf } from "./cards.tsx";
import { money } from "./money.ts";
import { plain } from "./plain.ts";

/** The arithmetic of a price, one line for each thing that lowers it. */
export function DiscountCard({ view, more, card }: CardOf<"discount">) {
  const { beforeCents, totalCents, steps } = card;
  const amount = (cents: number) => money(cents, card.currency, view.words.locale);
  return (
    <article class="card discount" aria-label={more.discount}>
      <table>
        <caption>{more.discount}</caption>
        <tbody>
          <tr>
            <th scope="row">{more.before}</th>
            <td />
            <td>{amount(beforeCents)}</td>
          </tr>
          {steps.map(({ what, code, offCents, leftCents }, at) => (
            <tr key={at}>
              <th scope="row">
                <span dir="auto">{plain(what)}</span> {code && <code dir="ltr">{plain(code)}</code>}
              </th>
              <td class="off">{amount(-offCents)}</td>
              <td>{amount(leftCents)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {more.total}{" "}
              <span class="off">{beforeCents > totalCents && more.saved(amount(beforeCents - totalCents))}</span>
            </th>
            <td>
              <b>{amount(totalCents)}</b>
            </td>
          </tr>
        </tfoot>
      </table>
    </article>
  );
}
