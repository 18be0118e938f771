import type { Summary } from "../../src/contract/shapes.ts";
import { Guard, still } from "../staff/reading.tsx";
import { isLive, isMine, isWaiting } from "./desk/views.ts";
import { rowId } from "./focus.ts";
import { ClassMark, nameOf, Viewers } from "./names.tsx";
import { useDesk, useRow, useScene, useWords } from "./scene.tsx";
import { Ago } from "./time.tsx";
import type { Words } from "./words/words.ts";

interface RowProps {
  readonly conversationId: string;
  readonly isOpen: boolean;
  /** Tab comes to one row of the list, the keys j and k go on from there. */
  readonly isCursor: boolean;
}

/** One row of the inbox: who, who answers, since when somebody waits, the last words, who looks at it. */
export const Row = still(({ conversationId, isOpen, isCursor }: RowProps) => {
  const { acts } = useScene();
  const words = useWords();
  const myId = useDesk(({ me }) => me?.agentId);
  const summary = useRow(conversationId);
  if (!summary) return null;
  const others = summary.viewers.filter(({ agentId }) => agentId !== myId);
  return (
    <li class="row">
      <Guard fallback={<p class="faint">{words.unreadable}</p>}>
        <button
          type="button"
          id={rowId(conversationId)}
          tabIndex={isCursor ? 0 : -1}
          aria-current={isOpen}
          data-waits={isWaiting(summary)}
          onClick={() => acts.open(conversationId)}
        >
          <b class="name" dir="auto">
            {nameOf(summary, words)}
          </b>
          <ClassMark summary={summary} words={words} />
          <Responder summary={summary} words={words} isMine={isMine(summary, myId)} />
          <When summary={summary} />
          <span class="last" data-live={isLive(summary)} dir="auto">
            <span>{lastWords(summary, words, myId)}</span>
          </span>
          <Viewers viewers={others} label={words.viewers} />
        </button>
      </Guard>
    </li>
  );
});

function Responder({ summary, words, isMine: mine }: { summary: Summary; words: Words; isMine: boolean }) {
  const { kind, name } = summary.responder;
  if (kind === "agent")
    return (
      <span class="by" data-by={mine ? "me" : "agent"}>
        {mine ? words.you : (name ?? words.team)}
      </span>
    );
  if (kind === "nobody") return null;
  return (
    <span class="by" data-by="assistant" data-live={isLive(summary)}>
      {words.assistant}
    </span>
  );
}

/** Since when a person is waited for, or else when the last word was said. */
function When({ summary }: { summary: Summary }) {
  const { waitingSince, last } = summary;
  const at = isWaiting(summary) ? (waitingSince ?? last?.at) : last?.at;
  return <span class="when">{at !== undefined && <Ago at={at} />}</span>;
}

/** Of Markdown: they mean nothing on one line. */
const marks = /[*`#|]+/g;

function lastWords(summary: Summary, words: Words, myId: string | undefined): string {
  const { last, reason, responder, waitingSince } = summary;
  if (!last) return reason ?? "";
  const isByMe = last.author === "agent" && responder.agentId === myId && waitingSince === undefined;
  if (isByMe) return words.said.you + last.text;
  if (last.author !== "assistant") return last.text;
  const plain = last.text.replaceAll(marks, "");
  return isLive(summary) ? plain : words.said.ai + plain;
}
