import type { ComponentChildren } from "preact";
import type { AnswerEntry } from "../chat/chat.ts";
import { AnswerText } from "./answer-text.tsx";
import { Byline } from "./byline.tsx";
import { explainOutcome, hasFailedStep, isUnanswered, runningSteps } from "./explain.ts";
import { useState, withHooks } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import type { Viewed } from "./view.ts";

/** Every answer says that it is made by an AI. */
function AssistantByline({ view, at }: Viewed & { at?: number | undefined }) {
  const { assistant, madeByAi, locale } = view.words;
  return <Byline name={assistant} sign={<Icon name="wave" />} label={madeByAi} at={at} locale={locale} />;
}

/** Anything in the assistant's voice that is not streamed. */
export function AssistantNote({ view, children }: Viewed & { children: ComponentChildren }) {
  return (
    <article class="answer" aria-label={view.words.assistant}>
      <AssistantByline view={view} />
      <div class="text">{children}</div>
    </article>
  );
}

/** Before the first word, and while tools run: dots, and what is being done. */
function Dots({ labels }: { labels: readonly string[] }) {
  return (
    <p class="dots">
      <span class="dot" />
      <span class="dot" />
      <span class="dot" />
      {labels.map((label) => (
        <span key={label} class="step">
          {label}
        </span>
      ))}
    </p>
  );
}

/** What stands in an answer's place until it exists. */
export function PendingAnswer({ view }: Viewed) {
  return (
    <article class="answer" aria-label={view.words.assistant} data-state="pending">
      <AssistantByline view={view} />
      <Dots labels={[view.words.thinking]} />
    </article>
  );
}

export const Answer = withHooks(({ view, entry, isLast }: Viewed & { entry: AnswerEntry; isLast: boolean }) => {
  const [begun, setBegun] = useState(false);
  const { words, extras } = view;
  const { cards } = entry;
  const ended = entry.state === "ended";
  const labels = runningSteps(entry, words);
  return (
    <article
      class="answer"
      aria-label={words.assistant}
      data-turn={entry.turnId}
      data-state={entry.state}
      data-outcome={entry.outcome}
    >
      <AssistantByline view={view} at={ended ? entry.at : undefined} />
      {extras && cards && <extras.Cards view={view} more={extras.words} cards={cards} />}
      <AnswerText view={view} turnId={entry.turnId} ended={ended} onBegun={() => setBegun(true)} />
      {!ended && (labels.length > 0 || !begun) && <Dots labels={labels.length > 0 ? labels : [words.thinking]} />}
      {hasFailedStep(entry) && <p class="ending">{words.notLookedUp}</p>}
      {ended && <Ending view={view} entry={entry} isLast={isLast} />}
      {ended && begun && extras && (
        <extras.AnswerActions view={view} more={extras.words} entry={entry} isLast={isLast} />
      )}
    </article>
  );
});

/** An answer that is not simply complete says so, and what can be done. */
function Ending({ view, entry, isLast }: Viewed & { entry: AnswerEntry; isLast: boolean }) {
  const { words, acts } = view;
  const sentence = explainOutcome(entry, words);
  if (sentence === undefined) return null;
  return (
    <p class="ending">
      <span>{sentence}</span>
      {isLast && isUnanswered(entry) && (
        <button type="button" class="pill" onClick={() => acts.askAgain(entry.turnId)}>
          {words.askAgain}
        </button>
      )}
      {isLast && entry.outcome === "truncated" && (
        <button type="button" class="pill" onClick={() => acts.submit(words.goOn)}>
          {words.goOn}
        </button>
      )}
    </p>
  );
}
