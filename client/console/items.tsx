import type { Message, Note } from "../../src/contract/shapes.ts";
import type { Letter } from "../chat/outbox.ts";
import { explain } from "../staff/explain.ts";
import { Guard, still } from "../staff/reading.tsx";
import { AnswerLine } from "./answer-line.tsx";
import type { Item } from "./desk/items.ts";
import { Said } from "./said.tsx";
import { useDesk, useScene, useWords } from "./scene.tsx";
import type { Words } from "./words/words.ts";

interface ItemProps {
  readonly item: Item;
  readonly customerName: string;
}

/** One thing of the thread. */
export const ItemLine = still(({ item, customerName }: ItemProps) => {
  const words = useWords();
  return <Guard fallback={<p class="system">{words.unreadable}</p>}>{drawn(item, customerName)}</Guard>;
});

function drawn(item: Item, customerName: string) {
  switch (item.kind) {
    case "said":
      return <MessageLine message={item.message} customerName={customerName} />;
    case "answer":
      return <AnswerLine item={item} />;
    case "note":
      return <NoteLine note={item.note} />;
    case "letter":
      return <LetterLine letter={item.letter} />;
    default:
      return item satisfies never;
  }
}

function MessageLine({ message, customerName }: { message: Message; customerName: string }) {
  const words = useWords();
  const myName = useDesk(({ me }) => me?.name);
  const { author, text, at } = message;
  if (author === "system") return <p class="system">{noticeOf(message, words)}</p>;
  const isCustomer = author === "customer";
  const name = isCustomer ? customerName : (message.name ?? words.team);
  return (
    <Said
      by={isCustomer ? "customer" : "agent"}
      name={!isCustomer && name === myName ? words.you : name}
      label={isCustomer ? undefined : words.team}
      at={at}
    >
      <p class="text plain" dir="auto">
        {text}
      </p>
    </Said>
  );
}

/** A notice in the agent's language; the words that came along where this page does not know it. */
function noticeOf({ notice, text }: Message, words: Words): string {
  const say = notice && Object.hasOwn(words.notices, notice.kind) ? words.notices[notice.kind] : undefined;
  return say?.(notice?.name) || text;
}

function NoteLine({ note }: { note: Note }) {
  const words = useWords();
  const { kind, name, at, text } = note;
  return (
    <Said by={kind} name={name} label={words.noteKinds[kind]} at={at}>
      <p class="text plain" dir="auto">
        {text}
      </p>
    </Said>
  );
}

/** What the agent has sent and nobody has acknowledged. */
function LetterLine({ letter }: { letter: Letter }) {
  const { desk, acts } = useScene();
  const words = useWords();
  const { messageId, text, status, error } = letter;
  const retry = () => acts.openId !== null && desk.retry(acts.openId, messageId);
  return (
    <Said by="agent" name={words.you} label={words.team} state={status}>
      <p class="text plain" dir="auto">
        {text}
      </p>
      {status === "sending" ? (
        <p class="step">{words.sending}</p>
      ) : (
        <p class="ending" data-outcome="failed">
          {`${words.notSent}${words.comma}${explain(error, words)}`}{" "}
          <button type="button" class="button" onClick={retry}>
            {words.retry}
          </button>
        </p>
      )}
    </Said>
  );
}
