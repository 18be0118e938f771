import { BEGUN, matchAt, REORDERING } from "./scan.ts";

const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/iy;
const ENTITY_BEGUN = /&#?\w{0,7}$/y;
const ESCAPE_OR_ENTITY = /\\([!-/:-@[-`{-~])|&#?\w{1,8};/g;

/** Of at most six letters, as is no property that every object has. */
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  hellip: "…",
  times: "×",
  yen: "¥",
  euro: "€",
};

export interface Entity {
  readonly text: string;
  readonly length: number;
}

/** The character reference that begins at `at`. */
export function readEntity(text: string, at: number): Entity | typeof BEGUN | undefined {
  const [whole, decimal, hex, name] = matchAt(ENTITY, text, at) ?? [];
  if (whole === undefined) return matchAt(ENTITY_BEGUN, text, at) ? BEGUN : undefined;
  const decoded = name ? NAMED[name] : fromCode(decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16));
  return decoded === undefined ? undefined : { text: decoded, length: whole.length };
}

/** A link's address with its backslash escapes and character references resolved, as it must be before it is checked. */
export function decode(text: string): string {
  return text.replace(ESCAPE_OR_ENTITY, (whole, escaped?: string) => {
    const entity = escaped === undefined ? readEntity(whole, 0) : undefined;
    return escaped ?? (typeof entity === "object" ? entity.text : whole);
  });
}

function fromCode(code: number): string {
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code).replace(REORDERING, "\ufffd") : "\ufffd";
}
