import { attempt } from "../attempt.ts";

const usedKey = "tidegate:used-at";
const openKey = "tidegate:open";
/** After this long without use a page no longer connects by itself: the conversation has gone by then. */
const sessionMs = 2 * 3_600_000;

// Storage that throws, as with cookies blocked, is storage that is empty.

/** Whether this browser used the chat lately, in any tab. */
export function hasSession(): boolean {
  return Date.now() - Number(attempt(() => localStorage.getItem(usedKey))) < sessionMs;
}

export function keepSession(): void {
  attempt(() => localStorage.setItem(usedKey, `${Date.now()}`));
}

export function endSession(): void {
  attempt(() => localStorage.removeItem(usedKey));
  keepOpen(false);
}

/** Whether the panel stood open on the page before, in this tab. */
export function wasOpen(): boolean {
  return attempt(() => sessionStorage.getItem(openKey)) === "1";
}

export function keepOpen(open: boolean): void {
  attempt(() => sessionStorage.setItem(openKey, open ? "1" : ""));
}
