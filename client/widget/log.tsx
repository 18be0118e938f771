import { useLayoutEffect, useRef, useState, withHooks } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import { openStick, type Stick } from "./stick.ts";
import { Thread } from "./thread.tsx";
import type { Viewed } from "./view.ts";

/** The scrolling box around the thread. It is silent to screen readers: the announcer speaks for it. */
export const Log = withHooks(({ view }: Viewed) => {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stick = useRef<Stick>(null);
  const [following, setFollowing] = useState(true);
  useLayoutEffect(() => {
    if (!box.current || !content.current) return;
    stick.current = openStick(box.current, content.current, setFollowing);
    return () => stick.current?.close();
  }, []);

  const ownWords = view.chat.entries.filter(({ kind }) => kind === "question").length;
  useLayoutEffect(() => {
    stick.current?.jump();
  }, [ownWords, view.open]);

  const { words } = view;
  return (
    <div class="log-place">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must scroll by keyboard, too */}
      <div class="log" role="log" aria-live="off" aria-label={words.transcript} tabIndex={0} ref={box}>
        <div class="thread" ref={content}>
          <Thread view={view} />
        </div>
      </div>
      {!following && (
        <button type="button" class="jump" aria-label={words.latest} onClick={() => stick.current?.jump()}>
          <Icon name="down" />
        </button>
      )}
    </div>
  );
});
