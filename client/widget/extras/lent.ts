import type { h as preactsH } from "preact";

let lentH: typeof preactsH;

/**
 * The build makes the elements of the extras with this: Preact's own `h`, lent by the widget's body, so that it is not
 * fetched twice.
 */
// CAST: the same signature in all its overloads.
export const h = ((...given: Parameters<typeof preactsH>) => lentH(...given)) as typeof preactsH;

export function borrow(own: typeof preactsH): void {
  lentH = own;
}
