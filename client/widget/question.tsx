import type { QuestionEntry } from "../chat/chat.ts";
import { explain } from "./explain.ts";
import { Moment } from "./moment.tsx";
import type { Viewed } from "./view.ts";

/** What the customer said, there from the moment it was sent. */
export function Question({ view, entry }: Viewed & { entry: QuestionEntry }) {
  const { words, acts } = view;
  return (
    <article class="question" aria-label={words.you} data-message={entry.messageId} data-state={entry.status}>
      <p class="bubble" dir="auto">
        {entry.text}
      </p>
      {entry.status === "failed" ? (
        <p class="fault">
          <span>
            {words.notSent}. {explain(entry.error, words)}
          </span>
          <button type="button" class="pill" onClick={() => acts.retry(entry.messageId)}>
            {words.retry}
          </button>
        </p>
      ) : (
        <p class="status">
          {entry.status === "sending" ? words.sending : words.sent} <Moment at={entry.at} locale={words.locale} />
        </p>
      )}
    </article>
  );
}
