import { expect, test } from "vitest";
import { ServiceTable } from "../../src/domain/service.ts";
import { main, services, small } from "./relay-weather.ts";

test("A11 the highest tier sheds nothing", () => {
  for (const name of ["vip", "member", "guest"] as const)
    expect(services.of("high", name)).toEqual({ chain: [main, small], maxTokens: 1_024, rounds: 10, tools: true });
});

test("A11 the middle tier shortens answers and context, and gives guests the small model alone", () => {
  expect(services.of("medium", "vip")).toEqual({ chain: [main, small], maxTokens: 512, rounds: 6, tools: true });
  expect(services.of("medium", "guest")).toEqual({ chain: [small], maxTokens: 512, rounds: 6, tools: true });
});

test("A11 the lowest tier gives everybody the small model", () => {
  for (const name of ["vip", "member", "guest"] as const)
    expect(services.of("degraded", name)).toEqual({ chain: [small], maxTokens: 256, rounds: 3, tools: false });
});

test("A11 no tier gives more than the assistant is set to", () => {
  const shed = { maxTokens: 512, rounds: 6, smallModelFor: [], tools: true };
  const settings = { model: main, smallModel: small, fallbacks: [], maxTokens: 100, rounds: 2 };
  const modest = new ServiceTable({ ...settings, medium: shed, degraded: shed });
  expect(modest.of("medium", "vip")).toEqual({ chain: [main], maxTokens: 100, rounds: 2, tools: true });
});

test("A10 it is known whom a model serves first", () => {
  expect(services.servedBy(main, "medium")).toEqual(["vip", "member"]);
  expect(services.servedBy(small, "medium")).toEqual(["guest"]);
  expect(services.servedBy(small, "high")).toEqual([]);
  expect(services.servedBy("another", "high")).toEqual([]);
});
