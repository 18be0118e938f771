import { useLayoutEffect, useRef, withHooks } from "./hooks.ts";
import { openTextWriter } from "./text-writer.ts";
import type { Viewed } from "./view.ts";

interface AnswerTextProps extends Viewed {
  turnId: string;
  ended: boolean;
  /** Called when the first words stand on the page. */
  onBegun(): void;
}

/** The text of one answer, written straight into the page: it never passes through any state. */
export const AnswerText = withHooks(({ view, turnId, ended, onBegun }: AnswerTextProps) => {
  const place = useRef<HTMLDivElement>(null);
  const finish = useRef<() => void>(null);
  useLayoutEffect(() => {
    if (!place.current) return;
    const writer = openTextWriter(place.current, onBegun);
    const unwatch = view.acts.watchText(turnId, writer);
    finish.current = writer.end;
    return () => {
      unwatch();
      writer.close();
    };
  }, [turnId]);
  useLayoutEffect(() => {
    if (ended) finish.current?.();
  }, [ended]);
  return <div class={ended ? "text" : "text streaming"} dir="auto" ref={place} />;
});
