import type { Entry, QuestionEntry } from "../chat/chat.ts";
import { keyOf } from "../chat/entries.ts";
import { Answer, AssistantNote, PendingAnswer } from "./answer.tsx";
import { Byline } from "./byline.tsx";
import { Question } from "./question.tsx";
import type { View, Viewed } from "./view.ts";

/** What waits behind a running answer; it is shown beside the composer, not in the thread. */
export function waitingBehind({ chat }: View): QuestionEntry[] {
  const questions = chat.entries.filter((entry) => entry.kind === "question");
  return chat.runningTurnId === null ? [] : questions.filter(({ waiting, status }) => waiting && status !== "failed");
}

/** The conversation from the greeting on. */
export function Thread({ view }: Viewed) {
  const { words, chat } = view;
  const behind = new Set<Entry>(waitingBehind(view));
  const entries = chat.entries.filter((entry) => !behind.has(entry));
  const last = entries.at(-1);
  return (
    <>
      <AssistantNote view={view}>
        {words.greeting.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </AssistantNote>
      {chat.simulated && <p class="simulation">{words.simulatedMeaning}</p>}
      {entries.map((entry) => (
        <Line key={keyOf(entry)} view={view} entry={entry} isLast={entry === last} />
      ))}
      {isPending(view, last) && <PendingAnswer view={view} />}
      {chat.typing && <p class="system">{words.types(chat.typing.name ?? words.team)}</p>}
      {entries.length === 0 && <Suggestions view={view} />}
    </>
  );
}

/** The server has the question, and neither an answer nor a place in line has come yet. */
function isPending({ chat }: View, last: Entry | undefined): boolean {
  const isSent = last?.kind === "question" && last.status === "sent";
  return isSent && chat.place === null && chat.link === "online" && chat.responder.kind === "assistant";
}

function Line({ view, entry, isLast }: Viewed & { entry: Entry; isLast: boolean }) {
  switch (entry.kind) {
    case "question":
      return <Question view={view} entry={entry} />;
    case "answer":
      return <Answer view={view} entry={entry} isLast={isLast} />;
    case "agent":
      return <AgentMessage view={view} name={entry.name} text={entry.text} at={entry.at} />;
    case "system":
      return <p class="system">{entry.text}</p>;
    default:
      return entry satisfies never;
  }
}

interface AgentMessageProps extends Viewed {
  name: string | undefined;
  text: string;
  at: number;
}

function AgentMessage({ view, name = view.words.team, text, at }: AgentMessageProps) {
  return (
    <article class="answer by-person" aria-label={name}>
      <Byline name={name} sign={[...name][0]} label={view.words.team} at={at} locale={view.words.locale} />
      <p class="text plain" dir="auto">
        {text}
      </p>
    </article>
  );
}

/** Something to begin with, in the customer's own voice. */
function Suggestions({ view }: Viewed) {
  return (
    <ul class="suggestions">
      {view.words.suggestions.map((text) => (
        <li key={text}>
          <button type="button" class="pill" onClick={() => view.acts.submit(text)}>
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}
