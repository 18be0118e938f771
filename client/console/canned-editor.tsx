import { useState } from "preact/hooks";
import { Dialog } from "./dialog.tsx";
import { useScene, useSettings } from "./scene.tsx";
import { cannedOf } from "./settings.ts";
import type { CannedReply } from "./words/words.ts";

/** The canned replies of this browser, to be changed as one likes. */
export function CannedEditor() {
  const { settings } = useScene();
  const { words } = useSettings();
  const [replies, setReplies] = useState(() => cannedOf(settings.now));
  const change = (at: number, news: Partial<CannedReply>) =>
    setReplies(replies.map((reply, index) => (index === at ? { ...reply, ...news } : reply)));

  function save(): void {
    const kept = replies.filter(({ title, text }) => title.trim() && text.trim());
    const isShipped = JSON.stringify(kept) === JSON.stringify(words.canned.replies);
    settings.patch({ canned: isShipped ? null : kept });
  }

  return (
    <Dialog title={words.canned.edit} lead={words.canned.lead} confirm={words.dialogs.save} onConfirm={save}>
      <div class="replies">
        {replies.map(({ title, text }, at) => (
          <div key={at} class="reply">
            <input
              type="text"
              aria-label={words.canned.title}
              value={title}
              onInput={(event) => change(at, { title: event.currentTarget.value.replaceAll(/\s/g, "") })}
            />
            <textarea
              rows={2}
              aria-label={words.canned.text}
              value={text}
              onInput={(event) => change(at, { text: event.currentTarget.value })}
            />
            <button
              type="button"
              class="icon"
              aria-label={words.canned.remove(title)}
              onClick={() => setReplies(replies.filter((_, index) => index !== at))}
            >
              ×
            </button>
          </div>
        ))}
      </div>
      <div class="acts start">
        <button type="button" class="button" onClick={() => setReplies([...replies, { title: "", text: "" }])}>
          {words.canned.add}
        </button>
        <button type="button" class="button" onClick={() => setReplies(words.canned.replies)}>
          {words.canned.reset}
        </button>
      </div>
    </Dialog>
  );
}
