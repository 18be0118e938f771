import { attempt } from "../../attempt.ts";
import type { Keeper } from "../../chat/keeper.ts";
import type { Mode } from "../words/words.ts";

/** What the agent has begun to write and not sent, of each conversation for itself; it outlives a reload of the page. */
export interface Writing {
  read(conversationId: string, mode: Mode): string;
  write(conversationId: string, mode: Mode, text: string): void;
  subscribe(listener: () => void): () => void;
}

const kept = "writing";
const mostKept = 60;

export function openWriting(keeper: Keeper): Writing {
  const texts = new Map<string, string>(restore(keeper.read(kept)));
  const listeners = new Set<() => void>();
  const keyOf = (conversationId: string, mode: Mode) => `${conversationId} ${mode}`;

  return {
    read: (conversationId, mode) => texts.get(keyOf(conversationId, mode)) ?? "",
    write(conversationId, mode, text) {
      const key = keyOf(conversationId, mode);
      // Written last is kept longest.
      texts.delete(key);
      if (text) texts.set(key, text);
      keeper.write(kept, texts.size > 0 ? JSON.stringify([...texts].slice(-mostKept)) : null);
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function restore(written: string | null): [string, string][] {
  // CAST: whatever stands there is looked at before it is used.
  const all = attempt(() => JSON.parse(written ?? "[]") as unknown);
  return Array.isArray(all)
    ? all.filter(
        (pair): pair is [string, string] => Array.isArray(pair) && pair.every((one) => typeof one === "string"),
      )
    : [];
}
