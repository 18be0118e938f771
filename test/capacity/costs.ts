import type { Costs } from "./capacity.ts";

/**
 * On a machine with two cores; what yours takes `npm run bench` and `npm run load` tell. What a question costs that is turned
 * away, what an idle socket costs in a second and what Redis takes for an answer are reckoned from other measurements.
 */
export const measured: Costs = {
  pieceUs: 120,
  connectUs: 925,
  shedUs: 60,
  idleUs: 3,
  socketBytes: 29_000,
  nodeBytes: 110_000_000,
  redisQuestionUs: 23,
  redisAnswerUs: 600,
};
