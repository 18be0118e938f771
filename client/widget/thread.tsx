import type { Entry, OtherEntry, QuestionEntry } from "../chat/chat.ts";
import { keyOf } from "../chat/entries.ts";
import { Answer, AssistantNote, PendingAnswer } from "./answer.tsx";
import { Byline } from "./byline.tsx";
import { explainNotice } from "./explain.ts";
import { Question } from "./question.tsx";
import type { View, Viewed } from "./view.ts";

/** What waits behind a running answer: it is shown beside the composer, once there is what shows it, not in the thread. */
export function waitingBehind({ chat, extras }: View): QuestionEntry[] {
  const questions = chat.entries.filter((entry) => entry.kind === "question");
  return !extras || chat.runningTurnId === null
    ? []
    : questions.filter(({ waiting, status }) => waiting && status !== "failed");
}

/** The conversation from the greeting on. */
export function Thread({ view }: Viewed) {
  const { words, chat, extras } = view;
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
      {extras && <extras.SimulationNote view={view} more={extras.words} />}
      {entries.map((entry) => (
        <Line key={keyOf(entry)} view={view} entry={entry} isLast={entry === last} />
      ))}
      {isPending(view, last) && <PendingAnswer view={view} />}
      {chat.typing && <p class="system">{words.types(chat.typing.name ?? words.team)}</p>}
      {extras && <extras.Survey view={view} more={extras.words} />}
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
      return <AgentMessage view={view} entry={entry} />;
    case "system":
      return <p class="system">{explainNotice(entry, view.words)}</p>;
    default:
      return entry satisfies never;
  }
}

function AgentMessage({ view, entry }: Viewed & { entry: OtherEntry }) {
  const { team, locale } = view.words;
  const { name = team, text, at } = entry;
  return (
    <article class="answer by-person" aria-label={name}>
      <Byline name={name} sign={[...name][0]} label={team} at={at} locale={locale} />
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
      {(view.starters ?? view.words.suggestions).map((text) => (
        <li key={text}>
          <button type="button" class="pill" onClick={() => view.acts.submit(text)}>
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}
