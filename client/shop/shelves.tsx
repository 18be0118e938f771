import { Drawing } from "./drawings.tsx";
import { type Good, goods } from "./goods.ts";
import type { Language, ShopWords } from "./words.ts";

interface ShelfProps {
  words: ShopWords;
  language: Language;
}

/** All goods, in one grid; the first of each section is where the navigation leads. */
export function Shelves({ words, language }: ShelfProps) {
  const first = new Map(goods.toReversed().map((good) => [good.section, good]));
  return (
    <section class="wrap" id="goods" aria-labelledby="goods-title">
      <h2 id="goods-title">{words.newGoods}</h2>
      <p class="lead">{words.newGoodsLead}</p>
      <ul class="goods">
        {goods.map((good) => (
          <li key={good.sku} id={first.get(good.section) === good ? good.section : undefined}>
            <Card good={good} words={words} language={language} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Card({ good, words, language }: ShelfProps & { good: Good }) {
  const name = good.name[language];
  const titleId = `good-${good.sku}`;
  return (
    <article class="good" aria-labelledby={titleId}>
      <Drawing name={good.drawing} />
      <h3 id={titleId}>{name}</h3>
      <p class="note">{good.note[language]}</p>
      <p class="price">
        ¥{good.priceYuan.toLocaleString(language)}
        {good.soldOut && <span>{words.soldOut}</span>}
      </p>
      <button
        type="button"
        class="button quiet"
        aria-describedby={titleId}
        onClick={() => window.Tidegate?.send(words.question(name))}
      >
        {words.askAbout}
      </button>
    </article>
  );
}
