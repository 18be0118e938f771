import { randomFillSync } from "node:crypto";

const bytesPerId = 16;
/** Drawn for many at once: what a draw costs hardly depends on how much it brings. */
const drawn = Buffer.alloc(256 * bytesPerId);
let used = drawn.length;

/** A name that nobody else will make up: 128 bits, for conversations, turns, messages and nodes. */
export function newId(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += bytesPerId;
  return drawn.toString("base64url", used - bytesPerId, used);
}
