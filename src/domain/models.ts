/** What is known of one model. Prices are per million tokens, in the currency of the configuration. */
export interface Model {
  readonly inputPrice: number;
  readonly outputPrice: number;
  readonly cacheReadPrice?: number | undefined;
  readonly cacheWritePrice?: number | undefined;
  /** Expected time to the first token in milliseconds; learned where it is not given (A9). */
  readonly expectedFirstTokenMs?: number | undefined;
  /**
   * How a broken answer is taken up again: `prefill` by ending the request with the text so far, `instruct` by asking
   * for the rest in words, for models that refuse a prefill.
   */
  readonly continues: "prefill" | "instruct";
}

export type ModelTable = Readonly<Record<string, Model>>;

const opus = { inputPrice: 15, outputPrice: 75 } as const;
const opusNow = { inputPrice: 5, outputPrice: 25 } as const;
const sonnet = { inputPrice: 3, outputPrice: 15 } as const;
const haiku = { inputPrice: 1, outputPrice: 5 } as const;

/** The ids known without a configuration file: those of the earlier generation and of today. */
export const defaultModels: ModelTable = {
  "claude-opus-4-20250514": { ...opus, continues: "prefill" },
  "claude-sonnet-4-20250514": { ...sonnet, continues: "prefill" },
  "claude-haiku-3-20250507": { ...haiku, inputPrice: 0.25, outputPrice: 1.25, continues: "prefill" },
  "claude-opus-4-5": { ...opusNow, continues: "prefill" },
  "claude-sonnet-4-5": { ...sonnet, continues: "prefill" },
  "claude-haiku-4-5": { ...haiku, continues: "prefill" },
  "claude-opus-4-6": { ...opusNow, continues: "instruct" },
  "claude-sonnet-4-6": { ...sonnet, continues: "instruct" },
};

/** The sentence for a model id that is not in the table, or null when it is. */
export function unknownModel(table: ModelTable, id: string): string | null {
  if (Object.hasOwn(table, id)) return null;
  return `"${id}" is not a known model. Known are: ${Object.keys(table).join(", ")}.`;
}
