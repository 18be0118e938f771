import type { Summary } from "../../src/contract/shapes.ts";
import { Icon } from "../staff/icons.tsx";
import { useRead } from "../staff/reading.tsx";
import { mostChars } from "./acts.ts";
import { isMine, isTaken } from "./desk/views.ts";
import { DraftBox } from "./draft-box.tsx";
import { Field } from "./field.tsx";
import { useDesk, useScene, useUi, useWords } from "./scene.tsx";
import type { Mode, Words } from "./words/words.ts";

interface ComposerProps {
  readonly conversationId: string;
  readonly summary: Summary;
}

/** Where the agent writes: to the customer, to the team or to the assistant, each in a colour of its own. */
export function Composer({ conversationId, summary }: ComposerProps) {
  const { acts, writing } = useScene();
  const words = useWords();
  const myId = useDesk(({ me }) => me?.agentId);
  const mine = isMine(summary, myId);
  // Whispers are for the assistant alone.
  const wanted = useUi((ui) => ui.mode);
  const mode = wanted === "whisper" && summary.responder.kind !== "assistant" ? "reply" : wanted;
  const text = useRead(writing.subscribe, () => writing.read(conversationId, mode), `${conversationId} ${mode}`);
  const over = text.trim().length - mostChars;
  const takes = mode === "reply" && !mine;
  const taken = takes && isTaken(summary, myId);
  return (
    <form
      class="composer"
      data-mode={mode}
      onSubmit={(event) => {
        event.preventDefault();
        acts.submit(mode);
      }}
    >
      <DraftBox conversationId={conversationId} />
      <Modes mode={mode} hasAssistant={summary.responder.kind === "assistant"} />
      <Field conversationId={conversationId} mode={mode} text={text} />
      <div class="foot">
        {over > 0 ? <p class="fault">{words.tooLong(over)}</p> : <p class="faint">{takes && hintOf(summary, words)}</p>}
        <button type="submit" class="button main" aria-disabled={text.trim() === "" || over > 0 || taken}>
          {takes && !taken ? words.takeAndSend : words.send[mode]}
        </button>
      </div>
    </form>
  );
}

/** What sending would do to whoever answers now. */
function hintOf({ responder }: Summary, words: Words): string | undefined {
  if (responder.kind === "agent") return words.onlyNotes(responder.name ?? words.bar.someone);
  return responder.kind === "assistant" ? words.takesOver : undefined;
}

function Modes({ mode, hasAssistant }: { mode: Mode; hasAssistant: boolean }) {
  const { acts } = useScene();
  const words = useWords();
  const modes: Mode[] = hasAssistant ? ["reply", "note", "whisper"] : ["reply", "note"];
  return (
    <div class="modes">
      {modes.map((one) => (
        <button
          key={one}
          type="button"
          class="mode"
          aria-pressed={one === mode}
          data-mode={one}
          onClick={() => acts.write(one)}
        >
          {words.modes[one]}
        </button>
      ))}
      <span class="end" />
      <button type="button" class="mode" aria-keyshortcuts="d" onClick={acts.draft}>
        <Icon name="spark" /> {words.draft.ask}
      </button>
      <button
        type="button"
        class="mode"
        aria-label={words.canned.open}
        title={words.canned.open}
        onClick={() => acts.insert("reply", "/")}
      >
        /
      </button>
    </div>
  );
}
