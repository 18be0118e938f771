import { expect, test } from "vitest";
import { type Costs, memoryFor, type Night, nodesFor, redisShare } from "./capacity.ts";

const night: Night = { sockets: 1_000, questions: 50, starts: 40, pieces: 100, connects: 10 };
const costs: Costs = {
  pieceUs: 100,
  connectUs: 600,
  shedUs: 50,
  idleUs: 3,
  socketBytes: 30_000,
  nodeBytes: 100_000_000,
  redisQuestionUs: 25,
  redisAnswerUs: 600,
};
const needOf = (what: string, more: Partial<Night>) =>
  nodesFor({ ...night, ...more }, costs).find((need) => need.what === what);

test("answers take what their pieces take, whatever else is asked", () => {
  expect(needOf("cores for writing answers", { starts: 300 })?.needed).toBeCloseTo(3);
  expect(needOf("cores in all", { starts: 300 })?.nodes).toBe(6);
});

test("only what is not answered is turned away", () => {
  expect(needOf("cores for turning questions away", { questions: 20_040 })?.needed).toBeCloseTo(1);
  expect(needOf("cores for turning questions away", { questions: 10 })?.needed).toBe(0);
});

test("a node holds as many sockets as it may open files", () => {
  expect(needOf("open files", { sockets: 19_500 })?.nodes).toBe(1);
  expect(needOf("open files", { sockets: 19_501 })?.nodes).toBe(2);
});

test("Redis and memory grow with what they keep", () => {
  expect(redisShare({ ...night, questions: 8_000, starts: 1_000 }, costs)).toBeCloseTo(0.8);
  expect(memoryFor(night, 2, costs)).toBe(230_000_000);
});
