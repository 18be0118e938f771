import { Scenery } from "./drawings.tsx";
import type { ShopWords } from "./words.ts";

/** What one sees first. */
export function Front({ words }: { words: ShopWords }) {
  return (
    <section class="wrap front">
      <div>
        <h1>{words.headline}</h1>
        <p class="lead">{words.lead}</p>
        <p class="buttons">
          <a class="button" href="#goods">
            {words.browse}
          </a>
          <button type="button" class="button quiet" onClick={() => window.Tidegate?.open()}>
            {words.ask}
          </button>
        </p>
        <p class="tries">
          {words.triesLead}
          {words.tries.map((text) => (
            <button key={text} type="button" onClick={() => window.Tidegate?.send(text)}>
              {text}
            </button>
          ))}
        </p>
        <ul class="promises">
          {words.promises.map((promise) => (
            <li key={promise}>{promise}</li>
          ))}
        </ul>
      </div>
      <Scenery />
    </section>
  );
}
