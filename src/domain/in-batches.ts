/** So many at once keep the way to the store full, and leave room on it for whatever else is asked. */
const size = 32;

/** Does something with each of many: a few dozen side by side, then the next. Rejects with the first fault, and begins no more. */
export async function inBatches<T>(all: readonly T[], act: (each: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += size) await Promise.all(all.slice(at, at + size).map(act));
}
