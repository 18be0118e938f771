import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { OrderCard, Page, Summary } from "../../src/contract/shapes.ts";
import { attempt } from "../attempt.ts";
import { Icon } from "../staff/icons.tsx";
import { Moment } from "../widget/moment.tsx";
import { CardLine } from "./card-line.tsx";
import type { ThreadState } from "./desk/thread.ts";
import { isWaiting } from "./desk/views.ts";
import { ClassMark, initialsOf, nameOf } from "./names.tsx";
import { useDesk, useRow, useScene, useWords } from "./scene.tsx";

/** Who the customer is, what they look at and why they are here, with what the team knows of it. */
export function CustomerPane() {
  const { acts } = useScene();
  const words = useWords();
  const thread = useDesk((state) => state.thread);
  return (
    <aside class="customer" aria-label={words.customer}>
      <header class="head only-narrow">
        <button type="button" class="icon" aria-label={words.back} onClick={() => acts.show("thread")}>
          <Icon name="back" />
        </button>
        <h2>{words.customer}</h2>
      </header>
      {thread && <About key={thread.conversationId} thread={thread} />}
    </aside>
  );
}

function About({ thread }: { thread: ThreadState }) {
  const words = useWords();
  const { me } = useDesk((state) => state);
  const summary = useRow(thread.conversationId);
  const name = summary ? nameOf(summary, words) : words.guest;
  const others = summary?.viewers.filter(({ agentId }) => agentId !== me?.agentId) ?? [];
  return (
    <>
      <div class="person">
        <span class="avatar" aria-hidden="true">
          {initialsOf(name)}
        </span>
        <b dir="auto">{name}</b>
        {summary && <ClassMark summary={summary} words={words} />}
      </div>
      <dl>
        {summary && <Fact name={words.responder}>{responderOf(summary)}</Fact>}
        {summary && isWaiting(summary) && summary.waitingSince !== undefined && (
          <Fact name={words.waitingFor}>
            <Moment at={summary.waitingSince} locale={words.locale} />
          </Fact>
        )}
        {summary?.reason && <Fact name={words.reason}>{summary.reason}</Fact>}
        {typeof thread.page?.url === "string" && (
          <Fact name={words.page}>
            <PageLink page={thread.page} />
          </Fact>
        )}
        <Fact name={words.viewers}>{others.map((viewer) => viewer.name).join(", ") || words.onlyYou}</Fact>
      </dl>
      <Notes thread={thread} />
      <Orders conversationId={thread.conversationId} />
    </>
  );

  function responderOf({ responder }: Summary): string {
    if (responder.kind === "agent")
      return responder.agentId === me?.agentId ? words.you : (responder.name ?? words.team);
    return responder.kind === "assistant" ? words.assistant : words.bar.nobody;
  }
}

/** What the customer has bought lately, as the shop knows it; nothing where it does not say. */
function Orders({ conversationId }: { conversationId: string }) {
  const { desk } = useScene();
  const words = useWords();
  const [orders, setOrders] = useState<readonly OrderCard[]>([]);
  useEffect(() => {
    let gone = false;
    const language = words.locale.startsWith("zh") ? "zh" : "en";
    desk
      .ask("customer:orders", { conversationId, language })
      .then((found) => !gone && Array.isArray(found.orders) && setOrders(found.orders))
      .catch(() => {});
    return () => {
      gone = true;
    };
  }, [desk, conversationId, words]);
  if (orders.length === 0) return null;
  return (
    <>
      <h3>{words.orders}</h3>
      <ul class="cards">
        {orders.map((card) => (
          <CardLine key={card.number} card={card} />
        ))}
      </ul>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </>
  );
}

/** Addresses come from the customer's page: only those of the web become links. */
function PageLink({ page }: { page: Page }) {
  const title = page.title || page.url;
  const isWeb = attempt(() => /^https?:$/.test(new URL(page.url).protocol)) === true;
  if (!isWeb) return <>{title}</>;
  return (
    <a href={page.url} target="_blank" rel="noopener noreferrer" title={page.url}>
      {title}
    </a>
  );
}

function Notes({ thread: { notes } }: { thread: ThreadState }) {
  const words = useWords();
  return (
    <>
      <h3>{words.notes}</h3>
      {notes.length === 0 && <p class="faint">{words.noNotes}</p>}
      <ul class="notes">
        {notes.map(({ noteId, kind, name, text, at }) => (
          <li key={noteId} data-by={kind}>
            <p class="byline">
              <b dir="auto">{name}</b>
              {kind !== "note" && <span class="label">{words.noteKinds[kind]}</span>}
              <Moment at={at} locale={words.locale} />
            </p>
            <p class="text plain" dir="auto">
              {text}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
