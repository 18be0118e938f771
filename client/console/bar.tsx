import type { ComponentChildren } from "preact";
import type { Summary } from "../../src/contract/shapes.ts";
import type { ThreadState } from "./desk/thread.ts";
import { isMine, isWaiting } from "./desk/views.ts";
import { useDesk, useScene, useUi, useWords } from "./scene.tsx";
import { useSpan } from "./time.tsx";

interface BarProps {
  readonly thread: ThreadState;
  readonly summary: Summary | undefined;
}

/** Who answers the open conversation now, and what may be done about it. */
export function Bar({ thread, summary }: BarProps) {
  const words = useWords();
  const myId = useDesk(({ me }) => me?.agentId);
  if (!summary) return thread.status === "ready" ? <Strip by="nobody">{words.gone}</Strip> : null;
  if (isMine(summary, myId)) return <MineBar />;
  if (summary.responder.kind === "agent")
    return <Strip by="agent">{words.bar.taken(summary.responder.name ?? words.bar.someone)}</Strip>;
  if (isWaiting(summary)) return <WaitingBar summary={summary} />;
  return <AssistantBar thread={thread} kind={summary.responder.kind} />;
}

interface StripProps {
  readonly by: "me" | "agent" | "assistant" | "waiting" | "nobody";
  readonly live?: boolean;
  readonly acts?: ComponentChildren;
  readonly children: ComponentChildren;
}

function Strip({ by, live = false, acts, children }: StripProps) {
  return (
    <div class="bar" data-by={by} data-live={live}>
      <p>{children}</p>
      {acts && <div class="acts">{acts}</div>}
    </div>
  );
}

function AssistantBar({ thread, kind }: { thread: ThreadState; kind: "assistant" | "nobody" }) {
  const { acts } = useScene();
  const { bar, whisper, stop } = useWords();
  const isRunning = thread.runningTurnId !== null;
  const queued = thread.position === null ? undefined : bar.queued(thread.position);
  const idle = kind === "assistant" ? bar.assistant : bar.nobody;
  return (
    <Strip
      by="assistant"
      live={isRunning}
      acts={
        <>
          <Take />
          <Act letter="w" label={whisper} onClick={() => acts.write("whisper")} />
          {isRunning && <Act letter="s" label={stop} onClick={acts.stop} />}
        </>
      }
    >
      {isRunning ? bar.answering : (queued ?? idle)}
    </Strip>
  );
}

function WaitingBar({ summary }: { summary: Summary }) {
  const { acts } = useScene();
  const { bar, resolve } = useWords();
  const time = useSpan(summary.waitingSince ?? summary.changedAt);
  return (
    <Strip
      by="waiting"
      acts={
        <>
          <Take />
          <Act letter="e" label={resolve} onClick={() => acts.ask("resolve")} />
        </>
      }
    >
      {summary.waitingSince === undefined ? bar.left : bar.waiting(time)}
    </Strip>
  );
}

function MineBar() {
  const { acts } = useScene();
  const { bar, handBack, transfer, resolve } = useWords();
  return (
    <Strip
      by="me"
      acts={
        <>
          <Act letter="b" label={handBack} onClick={() => acts.ask("handback")} />
          <Act letter="x" label={transfer} onClick={() => acts.ask("transfer")} />
          <Act letter="e" label={resolve} onClick={() => acts.ask("resolve")} />
        </>
      }
    >
      {bar.mine}
    </Strip>
  );
}

function Take() {
  const { acts } = useScene();
  const { take } = useWords();
  const isBusy = useUi((ui) => ui.busy === "take");
  return <Act letter="t" label={take} onClick={acts.take} main busy={isBusy} />;
}

interface ActProps {
  /** The key that does the same. */
  readonly letter: string;
  readonly label: string;
  readonly main?: boolean;
  readonly busy?: boolean;
  onClick(): void;
}

function Act({ letter, label, main = false, busy = false, onClick }: ActProps) {
  return (
    <button
      type="button"
      class={main ? "button main" : "button"}
      aria-keyshortcuts={letter}
      aria-busy={busy}
      onClick={onClick}
    >
      {label}
      <span class="key" aria-hidden="true">
        {letter}
      </span>
    </button>
  );
}
