import { useLayoutEffect, useRef } from "preact/hooks";
import { explain } from "../staff/explain.ts";
import { Icon } from "../staff/icons.tsx";
import { openFlush } from "../widget/flush.ts";
import { useDesk, useScene, useWords } from "./scene.tsx";

/** What the assistant drafts for the agent: it lies above the field and is never sent by itself. */
export function DraftBox({ conversationId }: { conversationId: string }) {
  const { acts, desk } = useScene();
  const words = useWords();
  const draft = useDesk((state) => state.draft);
  if (draft?.conversationId !== conversationId) return null;
  const failed = draft.state === "failed";
  return (
    <div class="draft" data-state={draft.state}>
      <p class="byline">
        <Icon name="spark" />
        <b>{words.draft.ask}</b>
        <span class="faint">{draft.state === "asking" || draft.state === "writing" ? words.draft.writing : ""}</span>
      </p>
      <DraftText ended={draft.state === "ended" || failed} />
      {failed && <p class="fault">{draft.error ? explain(draft.error, words) : words.draft.failed}</p>}
      <div class="acts">
        {!failed && (
          <button type="button" class="button" onClick={acts.insertDraft}>
            {words.draft.insert}{" "}
            <span class="key" aria-hidden="true">
              Tab
            </span>
          </button>
        )}
        <button type="button" class="button" onClick={desk.dismissDraft}>
          {words.draft.dismiss}{" "}
          <span class="key" aria-hidden="true">
            Esc
          </span>
        </button>
      </div>
    </div>
  );
}

/** Plain, as it will stand in the field; written straight into the page. */
function DraftText({ ended }: { ended: boolean }) {
  const { desk } = useScene();
  const place = useRef<HTMLParagraphElement>(null);
  const finish = useRef<() => void>(null);
  useLayoutEffect(() => {
    const root = place.current;
    if (!root) return;
    const flush = openFlush((text) => root.append(text));
    const unwatch = desk.watchDraft({
      reset(text) {
        flush.restart();
        root.textContent = text;
      },
      append: flush.push,
    });
    finish.current = () => flush.flush();
    return () => {
      unwatch();
      flush.restart();
    };
  }, [desk]);
  useLayoutEffect(() => {
    if (ended) finish.current?.();
  }, [ended]);
  return <p class="text plain" dir="auto" ref={place} />;
}
