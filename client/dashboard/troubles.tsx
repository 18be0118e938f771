import type { Trouble } from "../../src/contract/service.ts";
import { Folded } from "./folded.tsx";
import { type PartProps, useFormats, useWords } from "./scene.tsx";
import { Title } from "./title.tsx";
import type { TroubleWords, Words } from "./words/words.ts";

/** A newer server may know of troubles that this page does not. */
export function wordsOf({ code }: Pick<Trouble, "code">, { troubles }: Words): TroubleWords {
  return troubles.codes[code] ?? { what: () => troubles.other.what(code), todo: troubles.other.todo };
}

const mostShown = 5;

/** What went wrong lately, in words that say what to do: what goes on comes first. */
export function Troubles({ service }: PartProps) {
  const { troubles: words } = useWords();
  const { troubles } = service;
  return (
    <>
      <Title part="troubles" lead={words.lead}>
        {words.title}
      </Title>
      {troubles.length === 0 ? (
        <p class="well">{words.none}</p>
      ) : (
        <Folded
          name="troubles"
          shown={mostShown}
          items={troubles.map((trouble) => (
            <Row key={`${trouble.code} ${trouble.about}`} trouble={trouble} at={service.at} />
          ))}
        />
      )}
    </>
  );
}

function Row({ trouble, at }: { readonly trouble: Trouble; readonly at: number }) {
  const words = useWords();
  const formats = useFormats();
  const { code, about, count, lastAt, isNow } = trouble;
  const { what, todo } = wordsOf(trouble, words);
  return (
    <li class="trouble" data-now={isNow} data-code={code}>
      <p class="what">
        <b>{what(about)}</b>
        <span class="when">
          {count > 1 && <span class="times">{words.troubles.times(formats.count(count))}</span>}
          {isNow ? <strong>{words.now}</strong> : words.ago(formats.span(at - lastAt))}
        </span>
      </p>
      <p class="todo">{todo}</p>
    </li>
  );
}
