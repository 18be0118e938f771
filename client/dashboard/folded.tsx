import type { ComponentChildren } from "preact";
import { useWords } from "./scene.tsx";

interface FoldedProps {
  readonly name: string;
  readonly items: readonly ComponentChildren[];
  /** So many are always shown. */
  readonly shown: number;
}

/** A list of which the first are shown, and the others when they are asked for. */
export function Folded({ name, items, shown }: FoldedProps) {
  const { more } = useWords();
  const [first, others] = [items.slice(0, shown), items.slice(shown)];
  return (
    <>
      <ul class={name}>{first}</ul>
      {others.length > 0 && (
        <details>
          <summary>{more(others.length)}</summary>
          <ul class={name}>{others}</ul>
        </details>
      )}
    </>
  );
}
