import { type Counted, type NodeFigures, noTotals, type Totals } from "../../src/domain/figures.ts";

/** What a node has counted, as far as a test says it. */
export const counted = (
  totals: Partial<Totals> = {},
  attempts: Counted["attempts"] = {},
  firstTokens: Counted["firstTokens"] = {},
): Counted => ({ totals: { ...noTotals, ...totals }, attempts, firstTokens });

const noLine = { waiting: 0, oldestWaitMs: 0 };

export const figures = (given: Partial<NodeFigures> = {}): NodeFigures => ({
  name: "node:1",
  upMs: 1_000,
  isDraining: false,
  customers: 0,
  agents: 0,
  openAnswers: 0,
  loopDelayMs: 1,
  memoryBytes: 50_000_000,
  redis: "up",
  redisFailures: 0,
  lines: { vip: noLine, member: noLine, guest: noLine },
  counted: counted(),
  quietMs: {},
  troubles: [],
  ...given,
});
