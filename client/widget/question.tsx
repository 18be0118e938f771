import type { QuestionEntry } from "../chat/chat.ts";
import { explain } from "./explain.ts";
import { Icon } from "./icons.tsx";
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

/** Questions that were sent while another is being answered. */
export function WaitingQuestions({ view, entries }: Viewed & { entries: readonly QuestionEntry[] }) {
  const { words, acts } = view;
  if (entries.length === 0) return null;
  const turnId = entries.find((entry) => entry.turnId !== undefined)?.turnId;
  return (
    <div class="waiting">
      <ul aria-label={words.queued}>
        {entries.map(({ messageId, text }) => (
          <li key={messageId} class="chip" data-message={messageId} title={text}>
            <Icon name="clock" />
            <span>{text}</span>
          </li>
        ))}
      </ul>
      {turnId && (
        <button type="button" class="pill" onClick={() => acts.stop(turnId)}>
          {words.takeBack}
        </button>
      )}
    </div>
  );
}
