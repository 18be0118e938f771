import type { Author } from "../../../src/contract/shapes.ts";
import type { Clock } from "../../chat/clock.ts";

/** Somebody who types in the open conversation. */
export interface Typist {
  readonly author: Author;
  readonly name: string | undefined;
}

/** Who is not heard of for so long has stopped. */
const heardForMs = 6_000;

/** Those who type, as they come and go; `tell` gets a new list after each change. */
export function openTypists(clock: Clock, tell: (typists: readonly Typist[]) => void) {
  const typists = new Map<string, { readonly typist: Typist; readonly forget: () => void }>();
  const told = () => tell([...typists.values()].map(({ typist }) => typist));

  function stop(key: string): void {
    typists.get(key)?.forget();
    if (typists.delete(key)) told();
  }

  return {
    set(typist: Typist, active: boolean): void {
      const key = `${typist.author} ${typist.author === "agent" ? typist.name : ""}`;
      const known = typists.get(key);
      known?.forget();
      if (!active) return stop(key);
      typists.set(key, { typist, forget: clock.after(heardForMs, () => stop(key)) });
      if (!known) told();
    },
    /** Whoever said something types no more. */
    said(author: Author): void {
      for (const [key, { typist }] of [...typists]) if (typist.author === author) stop(key);
    },
    clear(): void {
      for (const { forget } of typists.values()) forget();
      typists.clear();
    },
  };
}

const tellEveryMs = 2_500;
const idleMs = 4_000;

/** Tells that the agent types: at the first key, then now and then, and once when the hands have rested. */
export function openTyping(clock: Clock, tell: (conversationId: string, active: boolean) => void) {
  let current: string | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let rest = () => {};

  function stop(): void {
    rest();
    if (current !== undefined) tell(current, false);
    current = undefined;
  }

  return {
    key(conversationId: string): void {
      if (current !== conversationId) stop();
      if (current === undefined || clock.now() - toldAt >= tellEveryMs) {
        tell(conversationId, true);
        toldAt = clock.now();
      }
      current = conversationId;
      rest();
      rest = clock.after(idleMs, stop);
    },
    stop,
  };
}
