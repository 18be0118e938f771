import { failures, Refused } from "./failures.ts";

/** One model the simulator answers for. */
export interface Model {
  readonly id: string;
  readonly displayName: string;
  readonly createdAt: string;
  readonly maxOutputTokens: number;
  /** Accepts a final assistant message and goes on from it; models since 4.6 refuse that. */
  readonly prefill: boolean;
  /** A cached prefix shorter than this is silently not cached. */
  readonly minCacheTokens: number;
}

type Row = readonly [id: string, name: string, day: string, maxOutputTokens: number, prefill: boolean, cache: number];

const rows: readonly Row[] = [
  ["claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-01", 128_000, false, 4096],
  ["claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-10", 128_000, false, 1024],
  ["claude-opus-5-5", "Claude Opus 5.5", "2026-08-20", 128_000, false, 1024],
  ["claude-sonnet-5", "Claude Sonnet 5", "2026-06-24", 128_000, false, 1024],
  ["claude-opus-5", "Claude Opus 5", "2026-06-03", 128_000, false, 1024],
  ["claude-opus-4-8", "Claude Opus 4.8", "2026-05-12", 128_000, false, 1024],
  ["claude-opus-4-7", "Claude Opus 4.7", "2026-04-14", 128_000, false, 1024],
  ["claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17", 64_000, false, 1024],
  ["claude-opus-4-6", "Claude Opus 4.6", "2026-02-04", 128_000, false, 1024],
  ["claude-opus-4-5", "Claude Opus 4.5", "2025-11-24", 64_000, true, 1024],
  ["claude-opus-4-5-20251101", "Claude Opus 4.5", "2025-11-24", 64_000, true, 1024],
  ["claude-haiku-4-5", "Claude Haiku 4.5", "2025-10-15", 64_000, true, 4096],
  ["claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-15", 64_000, true, 4096],
  ["claude-sonnet-4-5", "Claude Sonnet 4.5", "2025-09-29", 64_000, true, 1024],
  ["claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "2025-09-29", 64_000, true, 1024],
  ["claude-opus-4-20250514", "Claude Opus 4", "2025-05-22", 32_000, true, 1024],
  ["claude-sonnet-4-20250514", "Claude Sonnet 4", "2025-05-22", 64_000, true, 1024],
  ["claude-haiku-3-20250507", "Claude Haiku 3", "2025-05-07", 8_192, true, 2048],
];

/** Every model known, the newest first, as the list endpoint gives them. */
export const models: readonly Model[] = rows.map(
  ([id, displayName, day, maxOutputTokens, prefill, minCacheTokens]) => ({
    id,
    displayName,
    createdAt: `${day}T00:00:00Z`,
    maxOutputTokens,
    prefill,
    minCacheTokens,
  }),
);

const byId = new Map(models.map((model) => [model.id, model]));

/** The model of that id. Throws `Refused` (404) when it is unknown. */
export function requireModel(id: string): Model {
  const model = byId.get(id);
  if (model === undefined) throw new Refused({ ...failures["unknown-model"], message: `model: ${id}` });
  return model;
}

/** A model as the API describes it. */
export function describeModel(model: Model) {
  return {
    type: "model",
    id: model.id,
    display_name: model.displayName,
    created_at: model.createdAt,
    capabilities: null,
    deprecated_at: null,
    lifecycle: "active",
    line: null,
    max_input_tokens: 200_000,
    max_tokens: model.maxOutputTokens,
    retires_at: null,
  };
}

/** One page of the list; a cursor that is not a known id begins at the start. */
export function listModels(query: URLSearchParams) {
  const limit = Math.min(1000, Math.max(1, Number(query.get("limit")) || 20));
  const { page, more } = selectPage(limit, query.get("after_id"), query.get("before_id"));
  return {
    data: page.map(describeModel),
    has_more: more,
    first_id: page.at(0)?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}

function selectPage(limit: number, afterId: string | null, beforeId: string | null) {
  if (beforeId !== null) {
    const end = Math.max(0, indexOf(beforeId));
    const start = Math.max(0, end - limit);
    return { page: models.slice(start, end), more: start > 0 };
  }
  const start = indexOf(afterId) + 1;
  return { page: models.slice(start, start + limit), more: start + limit < models.length };
}

function indexOf(id: string | null): number {
  return models.findIndex((model) => model.id === id);
}
