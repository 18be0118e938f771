/** Signs that turn the direction of writing around: a label with one could show a price that is not there. */
const turning = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/** A label of the shop as it may stand beside money. */
export const plain = (label: string) => label.replace(turning, "");

/** The address if it is one that may be opened from a chat, over one of the `protocols`. */
export function safeUrl(address: string | undefined, protocols: readonly string[]): string | undefined {
  try {
    const { protocol, href } = new URL(address ?? "");
    return protocols.includes(protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}
