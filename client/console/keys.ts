import type { View } from "../../src/contract/shapes.ts";
import type { Acts } from "./acts.ts";
import { views } from "./desk/views.ts";

/** What is read of a `KeyboardEvent`. */
export interface Press {
  readonly key: string;
  readonly code: string;
  readonly isComposing: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Full-width marks of input methods that stand for the keys they lie on. */
const sameKey: Readonly<Record<string, string>> = { "、": "/", "／": "/", "？": "?" };

/**
 * The letter that was pressed, whatever input method is on; nothing for what belongs to an input method at work or to
 * the browser.
 */
export function letterOf({ key, code, isComposing, ctrlKey, metaKey, altKey }: Press): string | undefined {
  if (isComposing || ctrlKey || metaKey || altKey) return undefined;
  if (key !== "Process") return sameKey[key] ?? key;
  // With an input method on and nothing to write into, browsers name the place of the key alone.
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : undefined;
}

/** What a letter does; nothing for those that mean nothing. */
export function deedOf(letter: string, acts: Acts): (() => void) | undefined {
  const view: View | undefined = views[Number(letter) - 1];
  if (view) return () => acts.look(view);
  return deeds[letter]?.bind(null, acts);
}

const deeds: Readonly<Record<string, (acts: Acts) => void>> = {
  j: (acts) => acts.move(1),
  k: (acts) => acts.move(-1),
  t: (acts) => acts.take(),
  r: (acts) => acts.write("reply"),
  n: (acts) => acts.write("note"),
  w: (acts) => acts.write("whisper"),
  s: (acts) => acts.stop(),
  b: (acts) => acts.ask("handback"),
  x: (acts) => acts.ask("transfer"),
  e: (acts) => acts.ask("resolve"),
  d: (acts) => acts.draft(),
  "/": (acts) => acts.insert("reply", "/"),
  "?": (acts) => acts.ask("help"),
  Escape: (acts) => acts.back(),
};

const isWriting = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

/** Keys of the whole page. They never reach into what somebody writes, nor past an open dialog. */
export function listenToKeys(acts: Acts): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isWriting(event.target) || document.querySelector("dialog[open]")) return;
    const letter = letterOf(event);
    const deed = letter === undefined ? undefined : deedOf(letter, acts);
    if (!deed) return;
    event.preventDefault();
    deed();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
