import { z } from "zod";
import { refuseInvalid } from "./failures.ts";
import { type Fault, faultShape } from "./faults.ts";
import { paceShape } from "./pace.ts";

const count = z.coerce.number().int().min(0);

/** Directives that shape the answer. They belong to the question, so they hold for every request that carries it. */
const wishShape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("say"), text: z.string() }),
  z.strictObject({ kind: z.literal("long"), chars: count }),
  z.strictObject({ kind: z.literal("call"), name: z.string(), input: z.string().default("{}") }),
  /** Calls tools in so many rounds before it answers; `{round}` in the input of a call is the round's number. */
  z.strictObject({ kind: z.literal("rounds"), count }),
  z.strictObject({ kind: z.literal("overlap"), chars: count }),
  z.strictObject({ kind: z.literal("surrogates") }),
  z.strictObject({ kind: z.literal("lone") }),
  z.strictObject({ kind: z.literal("refuse") }),
  z.strictObject({ kind: z.literal("pace"), ...paceShape.shape }),
]);

export type Wish = z.infer<typeof wishShape>;
export type WishOf<Kind extends Wish["kind"]> = Extract<Wish, { kind: Kind }>;

/** What a text asks of the simulator, and the text without it. */
export interface Directives {
  readonly text: string;
  readonly wishes: readonly Wish[];
  /** Each with the words it was written in: the name under which its strikes are counted. */
  readonly faults: readonly { readonly key: string; readonly fault: Fault }[];
}

const opening = "[[sim:";
const wishKinds = new Set<string>(wishShape.options.map((option) => option.shape.kind.value));
const token = /\s*(?:(\]\])|(;)|([\w-]+)=("(?:[^"\\]|\\[\s\S])*"|[^\s;\]]+)|("(?:[^"\\]|\\[\s\S])*")|([^\s;"\]]+))/y;
const bareSay = /\s*say\s+(?!")/y;
const closing = "]]";

/**
 * Reads every `[[sim: word key=value …; word …]]` in a text. Values are bare words or JSON strings; the text of `say`
 * is a JSON string, or bare up to the closing brackets (so nothing can follow it). Keys and values are those of the
 * wishes above and of `faultShape`, in kebab case. Throws `Refused` (400) when one cannot be read.
 */
export function readDirectives(text: string): Directives {
  const [plain = "", ...rest] = text.split(opening);
  const read = { text: plain, wishes: [] as Wish[], faults: [] as { key: string; fault: Fault }[] };
  if (rest.length === 0) return read;
  let left = text.slice(plain.length);
  while (left.startsWith(opening)) {
    const end = readOne(left, read);
    const next = left.indexOf(opening, end);
    read.text += left.slice(end, next < 0 ? undefined : next);
    left = next < 0 ? "" : left.slice(next);
  }
  return { ...read, text: read.text.trim() };
}

/** A text without its directives, read or not; one that is never closed stays. */
export function withoutDirectives(text: string): string {
  let plain = "";
  let at = 0;
  for (;;) {
    const from = text.indexOf(opening, at);
    const to = from < 0 ? -1 : text.indexOf(closing, from);
    if (to < 0) return (plain + text.slice(at)).trim();
    plain += text.slice(at, from);
    at = to + closing.length;
  }
}

/** The wish of a kind, if there is one. */
export function wishOf<Kind extends Wish["kind"]>(wishes: readonly Wish[], kind: Kind): WishOf<Kind> | undefined {
  return wishes.find((wish): wish is WishOf<Kind> => wish.kind === kind);
}

type Clause = Record<string, string>;

function readOne(left: string, into: { wishes: Wish[]; faults: { key: string; fault: Fault }[] }): number {
  const { clauses, end } = readClauses(left);
  const written = left.slice(0, end);
  for (const clause of clauses) {
    if (wishKinds.has(clause["kind"] ?? "")) into.wishes.push(accept(wishShape, clause, written));
    else into.faults.push({ key: `${written}#${clauses.indexOf(clause)}`, fault: accept(faultShape, clause, written) });
  }
  return end;
}

function readClauses(left: string): { clauses: Clause[]; end: number } {
  const clauses: Clause[] = [];
  for (let at = opening.length; ; ) {
    const { clause, end, isLast } = readBareSay(left, at) ?? readClause(left, at);
    if (clause["kind"] !== undefined) clauses.push(clause);
    if (isLast) return { clauses, end };
    at = end;
  }
}

function readClause(left: string, start: number): { clause: Clause; end: number; isLast: boolean } {
  const clause: Clause = {};
  token.lastIndex = start;
  for (let match = token.exec(left); match !== null; match = token.exec(left)) {
    const [, closing, separator, key, value = "", quoted, word] = match;
    if (closing ?? separator) return { clause, end: token.lastIndex, isLast: closing !== undefined };
    if (key !== undefined) clause[camel(key)] = unquote(value);
    else if (quoted !== undefined) clause["text"] = unquote(quoted);
    else if (word !== undefined) clause["kind"] = word;
  }
  return refuseInvalid(`simulator: cannot read the directive ${left.slice(0, 80)}`);
}

function readBareSay(left: string, start: number): { clause: Clause; end: number; isLast: boolean } | undefined {
  bareSay.lastIndex = start;
  if (!bareSay.test(left)) return undefined;
  const from = bareSay.lastIndex;
  const to = left.indexOf(closing, from);
  if (to < 0) return undefined;
  return { clause: { kind: "say", text: left.slice(from, to).trimEnd() }, end: to + closing.length, isLast: true };
}

function accept<Shape extends z.ZodType>(shape: Shape, clause: Clause, written: string): z.infer<Shape> {
  const parsed = shape.safeParse(clause);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return refuseInvalid(`simulator: ${written}: ${issue?.path.join(".")}: ${issue?.message}`);
}

/** A JSON string; raw line breaks in it, which a person may type, are taken as they are. */
function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value.replaceAll("\r", "\\r").replaceAll("\n", "\\n")));
  } catch {
    return refuseInvalid(`simulator: not a JSON string: ${value.slice(0, 80)}`);
  }
}

function camel(key: string): string {
  return key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
