import { parseArgs } from "node:util";
import { type Language, languages } from "./visitors/dialogues.ts";

/** Something that was asked for and cannot be: one sentence for whoever typed it. */
export class UsageError extends Error {}

interface NumberOption {
  readonly kind: "number";
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  readonly help: string;
}

interface TextOption<Kind extends "text" | "texts" = "text"> {
  readonly kind: Kind;
  readonly help: string;
}

const whole = (least: number, most: number, help: string): NumberOption => ({
  kind: "number",
  least,
  most,
  isWhole: true,
  help,
});
const real = (least: number, most: number, help: string): NumberOption => ({
  kind: "number",
  least,
  most,
  isWhole: false,
  help,
});
const text = (help: string): TextOption => ({ kind: "text", help });
const texts = (help: string): TextOption<"texts"> => ({ kind: "texts", help });

/** Every option of every scenario. A word in capitals in the help is what stands after the option. */
export const optionTable = {
  sockets: whole(1, 1_000_000, "N customers, each with a socket"),
  rate: real(0.1, 100_000, "N questions a second"),
  seconds: whole(5, 86_400, "for N seconds"),
  scale: real(0.005, 1, "X times the night: 1 is 50,000 customers and 8,000 questions a second"),
  streaming: real(0, 1, "X of the sockets have an answer being written at any time"),
  ramp: real(1, 100_000, "open N sockets a second"),
  nodes: whole(1, 16, "start N nodes"),
  workers: whole(1, 64, "N processes that play customers"),
  url: texts("URL of a node or of the proxy of a running service, instead of starting one; may be repeated"),
  simulator: text("URL of the simulator that this service asks, so that answers can be foretold and slowed"),
  source: texts("ADDRESS of this machine to connect from; may be repeated: each has 28,000 ports"),
  language: text("zh, en or mix: what customers speak"),
  out: text("FOLDER for the reports"),
  customers: whole(1_000, 100_000, "N customers"),
  races: whole(1, 1_000_000, "N races"),
  seed: whole(0, 2 ** 31, "N of the first race; the same number repeats it"),
} as const satisfies Record<string, NumberOption | TextOption | TextOption<"texts">>;

export type OptionName = keyof typeof optionTable;
type Value<Name extends OptionName> = (typeof optionTable)[Name]["kind"] extends "number"
  ? number
  : (typeof optionTable)[Name]["kind"] extends "texts"
    ? readonly string[]
    : string;
/** As typed: what is not there was not typed. */
export type Typed = { readonly [Name in OptionName]?: Value<Name> };

export interface CommandLine {
  readonly scenario: string | null;
  readonly wantsHelp: boolean;
  readonly typed: Typed;
}

/** @throws {UsageError} for what no option is, and for values out of range */
export function readCommandLine(args: readonly string[]): CommandLine {
  const names = Object.keys(optionTable) as OptionName[]; // CAST: keys of a literal
  const known = Object.fromEntries(
    names.map((name) => [name, { type: "string" as const, multiple: optionTable[name].kind === "texts" }]),
  );
  const { values, positionals } = parse(args, { ...known, help: { type: "boolean", short: "h" } });
  if (positionals.length > 1)
    throw new UsageError(`One scenario at a time, and not both ${positionals[0]} and ${positionals[1]}.`);
  const { help, ...typed } = values;
  const read = Object.entries(typed).map(([name, value]) => [name, readValue(name as OptionName, value)]); // CAST: only known names pass
  return { scenario: positionals[0] ?? null, wantsHelp: help === true, typed: Object.fromEntries(read) };
}

type Known = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>["options"]>;

function parse(args: readonly string[], options: Known) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (fault) {
    const unknown = /Unknown option '([^']+)'/.exec(String(fault))?.[1];
    if (unknown !== undefined) throw new UsageError(`There is no option ${unknown}: npm run load -- --help names all.`);
    const lonely = /Option '([^' ]+)/.exec(String(fault))?.[1];
    throw new UsageError(`${lonely ?? "An option"} needs a value: npm run load -- --help tells which.`);
  }
}

function readValue(name: OptionName, value: unknown): unknown {
  const option = optionTable[name];
  if (name === "language" && !languages.includes(value as Language))
    // CAST: that is what is found out here
    throw new UsageError(`--language is one of ${languages.join(", ")}, not "${value}".`);
  if (name === "url" || name === "simulator") for (const each of [value].flat()) mustBeUrl(name, String(each));
  if (option.kind !== "number") return value;
  const number = Number(value);
  const { least, most, isWhole } = option;
  if (value !== "" && number >= least && number <= most && (!isWhole || Number.isInteger(number))) return number;
  const range = `from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}`;
  throw new UsageError(`--${name} is a ${isWhole ? "whole " : ""}number ${range}, not "${value}".`);
}

function mustBeUrl(name: string, value: string): void {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return;
  throw new UsageError(`--${name} is an address such as http://127.0.0.1:3000, not "${value}".`);
}
