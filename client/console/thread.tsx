import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { explain } from "../staff/explain.ts";
import { Icon } from "../staff/icons.tsx";
import { openStick, type Stick } from "../widget/stick.ts";
import { Bar } from "./bar.tsx";
import { Composer } from "./composer.tsx";
import type { ThreadState } from "./desk/thread.ts";
import { logId } from "./focus.ts";
import { ItemLine } from "./items.tsx";
import { ClassMark, nameOf } from "./names.tsx";
import { useDesk, useRow, useScene, useWords } from "./scene.tsx";

/** The open conversation, or what to do while none is. */
export function ThreadPane() {
  const words = useWords();
  const thread = useDesk((state) => state.thread);
  return (
    <section class="thread" aria-label={words.conversation}>
      {thread ? <Conversation key={thread.conversationId} thread={thread} /> : <p class="empty">{words.choose}</p>}
    </section>
  );
}

function Conversation({ thread }: { thread: ThreadState }) {
  const { acts } = useScene();
  const words = useWords();
  const summary = useRow(thread.conversationId);
  const known = useRef(summary);
  // Of a row that has gone the last that was known still holds: what is being written must not vanish with it.
  known.current = summary ?? known.current;
  const last = known.current;
  const name = last ? nameOf(last, words) : words.guest;
  return (
    <>
      <header class="head">
        <button type="button" class="icon only-narrow" aria-label={words.back} onClick={acts.shut}>
          <Icon name="back" />
        </button>
        <h2 dir="auto">{name}</h2>
        {last && <ClassMark summary={last} words={words} />}
        <button
          type="button"
          class="icon only-narrow end"
          aria-label={words.customer}
          onClick={() => acts.show("customer")}
        >
          <Icon name="person" />
        </button>
      </header>
      <Bar thread={thread} summary={summary} />
      {thread.status === "refused" ? (
        <p class="empty">{explain(thread.error, words)}</p>
      ) : (
        <Log thread={thread} customerName={name} />
      )}
      {last && thread.status !== "refused" && <Composer conversationId={thread.conversationId} summary={last} />}
    </>
  );
}

/** The scrolling box. It is silent to screen readers: the announcer speaks for it. */
function Log({ thread, customerName }: { thread: ThreadState; customerName: string }) {
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stick = useRef<Stick | null>(null);
  const [following, setFollowing] = useState(true);
  useLayoutEffect(() => {
    if (!box.current || !content.current) return;
    stick.current = openStick(box.current, content.current, setFollowing);
    return () => stick.current?.close();
  }, []);
  const ownWords = thread.items.filter(({ kind }) => kind === "letter").length;
  useLayoutEffect(() => {
    if (ownWords > 0) stick.current?.jump();
  }, [ownWords]);
  return (
    <div class="log-place">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must scroll by keyboard, too */}
      <div id={logId} class="log" role="log" aria-live="off" aria-label={words.thread} tabIndex={0} ref={box}>
        <div class="items" ref={content}>
          {thread.status === "loading" && <p class="system">{words.loading}</p>}
          {thread.items.map((item) => (
            <ItemLine key={item.key} item={item} customerName={customerName} />
          ))}
          {thread.typists.map(({ author, name }) => (
            <p key={`${author} ${name}`} class="system typing">
              {words.typing(author === "customer" ? customerName : (name ?? words.team))}
            </p>
          ))}
        </div>
      </div>
      {!following && (
        <button type="button" class="icon jump" aria-label={words.latest} onClick={() => stick.current?.jump()}>
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}
