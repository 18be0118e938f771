import type { Clock } from "../../chat/clock.ts";

/** Rings for those who wait for a person: at once for each who is new, then again and again until somebody takes them. */
export interface Bell {
  /** Who waits now; nobody is rung for while the agent is away. */
  show(waiting: readonly string[], isOn: boolean): void;
  close(): void;
}

const againMs = 20_000;

/** `ring` gets those who are new; none when it is about the same as before. */
export function openBell(clock: Clock, ring: (fresh: readonly string[]) => void): Bell {
  let known: ReadonlySet<string> = new Set();
  let cancel: (() => void) | undefined;

  function rest(): void {
    cancel?.();
    cancel = undefined;
  }

  function again(): void {
    cancel = clock.after(againMs, () => {
      again();
      ring([]);
    });
  }

  return {
    show(waiting, isOn) {
      const fresh = waiting.filter((id) => !known.has(id));
      known = new Set(isOn ? waiting : []);
      if (!isOn || waiting.length === 0) return rest();
      if (fresh.length > 0) {
        rest();
        ring(fresh);
      }
      if (!cancel) again();
    },
    close: rest,
  };
}
