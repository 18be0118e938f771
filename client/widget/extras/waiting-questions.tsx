import type { QuestionEntry } from "../../chat/chat.ts";
import type { Extended } from "../view.ts";
import { Icon } from "./icons.tsx";

/** Questions that were sent while another is being answered. */
export function WaitingQuestions({ view, more, entries }: Extended & { entries: readonly QuestionEntry[] }) {
  const { acts } = view;
  if (entries.length === 0) return null;
  const turnId = entries.find((entry) => entry.turnId !== undefined)?.turnId;
  return (
    <div class="waiting">
      <ul aria-label={more.queued}>
        {entries.map(({ messageId, text }) => (
          <li key={messageId} class="chip" data-message={messageId} title={text}>
            <Icon name="clock" />
            <span>{text}</span>
          </li>
        ))}
      </ul>
      {turnId && (
        <button type="button" class="pill" onClick={() => acts.stop(turnId)}>
          {more.takeBack}
        </button>
      )}
    </div>
  );
}
