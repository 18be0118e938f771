import type { Costs } from "./capacity.ts";

/**
 * On a machine with two cores; what yours takes `npm run bench` and `npm run load` tell. What Redis takes for an answer is
 * measured with few answers at a time: in a crowd, which shares its steps, it is about half of that.
 */
export const measured: Costs = {
  pieceUs: 120,
  connectUs: 670,
  shedUs: 96,
  idleUs: 4,
  socketBytes: 29_000,
  nodeBytes: 110_000_000,
  redisQuestionUs: 23,
  redisAnswerUs: 1_400,
};
