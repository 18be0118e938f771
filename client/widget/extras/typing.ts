import type { View } from "../view.ts";

/** An agent sees typing for six seconds at most: while it goes on it is told again. */
const againMs = 4_000;
const idleMs = 5_000;

/** Gives what is to be called at each change of the draft: an agent who answers sees that the customer types. */
export function openTyping(): (view: View) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let idle: ReturnType<typeof setTimeout> | undefined;
  return ({ chat, acts }) => {
    if (chat.responder.kind !== "agent") return;
    const tell = (active: boolean) => void acts.ask("typing:set", { active }).catch(() => {});
    const now = performance.now();
    if (now - toldAt >= againMs) {
      toldAt = now;
      tell(true);
    }
    clearTimeout(idle);
    idle = setTimeout(() => {
      toldAt = Number.NEGATIVE_INFINITY;
      tell(false);
    }, idleMs);
  };
}
