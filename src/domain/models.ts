/** What is known of one model; what it costs stands in the price file. */
export interface Model {
  /** Expected time to the first token in milliseconds; learned where it is not given (A9). */
  readonly expectedFirstTokenMs?: number | undefined;
  /**
   * How a broken answer is taken up again: `prefill` by ending the request with the text so far, `instruct` by asking
   * for the rest in words, for models that refuse a prefill.
   */
  readonly continues: "prefill" | "instruct";
}

export type ModelTable = Readonly<Record<string, Model>>;

const byPrefill = { continues: "prefill" } as const;
const byInstruction = { continues: "instruct" } as const;

/** The ids known without a configuration file: those of the earlier generation and of today. */
export const defaultModels: ModelTable = {
  "claude-opus-4-20250514": byPrefill,
  "claude-sonnet-4-20250514": byPrefill,
  "claude-haiku-3-20250507": byPrefill,
  "claude-opus-4-5": byPrefill,
  "claude-sonnet-4-5": byPrefill,
  "claude-haiku-4-5": byPrefill,
  "claude-opus-4-6": byInstruction,
  "claude-sonnet-4-6": byInstruction,
};

/** The sentence for a model id that is not in the table, or null when it is. */
export function unknownModel(table: ModelTable, id: string): string | null {
  if (Object.hasOwn(table, id)) return null;
  return `"${id}" is not a known model. Known are: ${Object.keys(table).join(", ")}.`;
}
