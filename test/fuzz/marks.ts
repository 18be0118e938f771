import { randomBytes } from "node:crypto";

/**
 * Words of an input that are replaced when it is sent: what the caller knows by then, and a canary, which is a text that
 * nobody but its owner may ever see.
 */
export const marks = {
  canary: "@canary@",
  token: "@token@",
  conversation: "@conversation@",
  turn: "@turn@",
  message: "@message@",
  /** A turn of somebody else. */
  stranger: "@stranger@",
} as const;

/** What stands for each mark. */
export type Known = { readonly [Name in keyof typeof marks]: string };

export function fill(text: string, known: Known): string {
  let filled = text;
  for (const [name, mark] of Object.entries(marks)) {
    // CAST: keys of a literal.
    if (filled.includes(mark)) filled = filled.replaceAll(mark, () => known[name as keyof Known]);
  }
  return filled;
}

const canary = /canary[0-9a-f]{12}/g;

export function newCanary(): string {
  return `canary${randomBytes(6).toString("hex")}`;
}

/** The first canary in `text` that is not one of `own`; null where there is none. */
export function strangerIn(text: string, own: ReadonlySet<string>): string | null {
  if (!text.includes("canary")) return null;
  return text.match(canary)?.find((found) => !own.has(found)) ?? null;
}
