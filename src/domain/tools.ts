import { z } from "zod";
import { type Card, card } from "../contract/shapes.ts";
import type { Asker } from "./asker.ts";
import { type Clock, sleep } from "./clock.ts";
import type { JsonObject, ToolDefinition } from "./relay.ts";

/** What a tool found. */
export interface ToolResult {
  /** JSON, or words, for the model. */
  readonly text: string;
  readonly isError: boolean;
  /** For the page. */
  readonly cards: readonly Card[];
}

/** Under what a tool is run. */
export interface ToolCaller extends Asker {
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** Something the assistant can look up (C3). Running it changes nothing in the world. */
export interface Tool extends ToolDefinition {
  /** Longest time for one run; the toolbox's own where it is not given. */
  readonly limitMs?: number | undefined;
  /** Whatever is wrong with the input is told by the result; a {@link ToolFailure} says why a run came to nothing. */
  run(input: JsonObject, caller: ToolCaller): Promise<ToolResult>;
}

/** A run came to nothing. `sentence` is for the model, the message and the cause are for the log. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly sentence: string;

  constructor(sentence: string, options: { readonly cause: unknown }) {
    super(options.cause instanceof Error ? options.cause.message : sentence, options);
    this.sentence = sentence;
  }
}

/** A tool whose input is described and checked by one schema. */
export function defineTool<Shape extends z.ZodObject>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: Shape;
  readonly run: (input: z.infer<Shape>, caller: ToolCaller) => Promise<ToolResult>;
}): Tool {
  const { name, description, input: shape, run } = definition;
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: "input" });
  return {
    name,
    description,
    schema,
    run: async (input, caller) => {
      const parsed = shape.safeParse(input);
      return parsed.success ? run(parsed.data, caller) : failed(misfit(parsed.error));
    },
  };
}

/** The result of a run that brought nothing, with the reason in words. */
export function failed(text: string): ToolResult {
  return { text, isError: true, cards: [] };
}

function misfit({ issues: [issue] }: z.ZodError): string {
  const place = issue?.path.join(".") || "the whole";
  return `The input does not fit the tool's schema (${place}: ${issue?.message ?? "malformed"}).`.slice(0, 500);
}

/** Longest result that a model is given, in UTF-16 units; what is longer is cut and says so. */
export const maxResultChars = 12_000;
/** A card that is larger, as JSON, is not shown. */
const maxCardChars = 4_000;
const maxResultCards = 10;

export interface ToolboxOptions {
  readonly clock: Clock;
  /** Longest time for one run, unless a tool has one of its own. */
  readonly limitMs: number;
  /** Told of runs that came to nothing. */
  readonly onFault: (fault: unknown, tool: string) => void;
}

/**
 * All tools of the assistant, from several sources.
 *
 * - **U5** Their definitions stand in an order that depends on nothing but their names.
 * - **C3** Whatever a tool does, a run ends with a result that says honestly what became of it.
 */
export class Toolbox {
  readonly #options: ToolboxOptions;
  readonly #sources = new Map<string, readonly Tool[]>();
  #tools: ReadonlyMap<string, Tool> = new Map();
  #definitions: readonly ToolDefinition[] = [];

  constructor(options: ToolboxOptions) {
    this.#options = options;
  }

  /** The same array until a source brings other tools. */
  get definitions(): readonly ToolDefinition[] {
    return this.#definitions;
  }

  has(name: string): boolean {
    return this.#tools.has(name);
  }

  /** From here on these are the tools of that source. Where two tools have one name, the earlier source keeps it. */
  bring(source: string, tools: readonly Tool[]): void {
    this.#sources.set(source, tools);
    const all = [...this.#sources.values()].flat().reverse();
    this.#tools = new Map(all.map((tool) => [tool.name, tool]));
    const names = [...this.#tools.keys()].sort();
    this.#definitions = names.flatMap((name) => this.#tools.get(name) ?? []);
  }

  /** Never rejects. Resolves at once when the caller's signal is aborted, whatever the tool does. */
  async run(name: string, input: JsonObject, asker: Asker, signal: AbortSignal): Promise<ToolResult> {
    const tool = this.#tools.get(name);
    if (tool === undefined) return failed("There is no tool of that name.");
    const { clock, onFault } = this.#options;
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    const limitMs = tool.limitMs ?? this.#options.limitMs;
    const late = sleep(clock, limitMs, both).then(() => failed(`The tool did not answer within ${limitMs} ms.`));
    try {
      return bounded(await Promise.race([tool.run(input, { ...asker, signal: both }), late]));
    } catch (fault) {
      if (!signal.aborted) onFault(fault, name);
      return failed(fault instanceof ToolFailure ? fault.sentence : "The tool failed; its result is not known.");
    } finally {
      over.abort();
    }
  }
}

function bounded({ text, isError, cards }: ToolResult): ToolResult {
  const isLong = text.length > maxResultChars;
  return {
    text: isLong ? `${text.slice(0, maxResultChars)}… (shortened)` : text,
    isError,
    cards: cards.flatMap(shown).slice(0, maxResultCards),
  };
}

/** As the contract has it, in the order of its members: stored messages are read by patterns, too. */
function shown(given: Card): Card[] {
  const parsed = card.safeParse(given);
  return parsed.success && JSON.stringify(parsed.data).length <= maxCardChars ? [parsed.data] : [];
}
