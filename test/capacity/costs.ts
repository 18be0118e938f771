import type { Costs } from "./capacity.ts";

/** As measured on a machine with two cores; what yours takes `npm run bench` tells. */
export const measured: Costs = {
  pieceUs: 120,
  connectUs: 600,
  shedUs: 60,
  idleUs: 3,
  socketBytes: 29_000,
  nodeBytes: 110_000_000,
  redisQuestionUs: 23,
  redisAnswerUs: 600,
};
