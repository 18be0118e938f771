import type { JsonObject, ToolUse } from "../../domain/relay.ts";
import { BrokenAnswer } from "./faults.ts";

/** No honest call is larger, and no honest answer has more of them. */
const maxInputChars = 100_000;
const maxUses = 64;
const maxNameChars = 200;

interface Block {
  readonly index: unknown;
  readonly tool: string;
  /** Some relays send the whole input at the start of the block. */
  readonly given: unknown;
  json: string;
}

/** The tool calls of one answer as they come in, several at once. */
export class Uses {
  readonly #blocks: Block[] = [];
  #chars = 0;

  open(index: unknown, name: unknown, given: unknown): void {
    if (typeof name !== "string" || name === "") throw new BrokenAnswer("a tool call has no name");
    if (this.#blocks.length >= maxUses) throw new BrokenAnswer(`more than ${maxUses} tool calls`);
    this.#blocks.push({ index, tool: name.slice(0, maxNameChars), given, json: "" });
  }

  grow(index: unknown, piece: unknown): void {
    if (typeof piece !== "string") throw new BrokenAnswer("a piece of a tool call is not text");
    this.#chars += piece.length;
    if (this.#chars > maxInputChars) throw new BrokenAnswer(`tool calls of more than ${maxInputChars} characters`);
    // Nearly always the last one; an index may be missing, or count anew.
    const block = this.#blocks.findLast((each) => each.index === index) ?? this.#blocks.at(-1);
    if (block) block.json += piece;
  }

  get all(): readonly ToolUse[] {
    return this.#blocks.map(({ tool, given, json }) => ({
      tool,
      input: json.trim() === "" ? asObject(given) : parse(json),
    }));
  }
}

/** Null when it is not the JSON of an object. */
function parse(json: string): JsonObject | null {
  try {
    return asObject(JSON.parse(json));
  } catch {
    return null;
  }
}

function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}
