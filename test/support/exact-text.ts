import type { TestCustomer } from "./customer.ts";

/**
 * A turn's text as the facts spell it, over all epochs: each epoch goes on at a place that is known, and each delta
 * stands exactly where the text before it ends.
 *
 * @throws when a character comes twice, is left out, or belongs to an epoch that is over
 */
export function exactText({ facts }: TestCustomer, turnId: string): string {
  let text = "";
  let now = 0;
  for (const { name, payload } of facts) {
    if (payload.turnId !== turnId || (name !== "turn:started" && name !== "turn:delta")) continue;
    const { epoch, offset } = payload;
    const where = `${name} of epoch ${epoch} at ${offset}, where epoch ${now} has ${text.length} characters`;
    if (name === "turn:started" ? epoch <= now || offset > text.length : epoch !== now || offset !== text.length) {
      throw new Error(where);
    }
    now = epoch;
    text = name === "turn:started" ? text.slice(0, offset) : text + payload.text;
  }
  return text;
}
