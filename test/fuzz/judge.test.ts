import { expect, test } from "vitest";
import { wireError } from "../../src/contract/errors.ts";
import { faultOfError, faultOfFact, faultOfReply, faultOfResponse, leakIn } from "./judge.ts";
import { cut, silence } from "./lane.ts";
import { newCanary } from "./marks.ts";
import { tableOf } from "./tables.ts";

const customers = tableOf("/");
const refused = (message: string) => ({ ...wireError("bad-request"), message });

test("a judge of the fuzzer finds nothing in what the contract allows", () => {
  expect(faultOfReply(customers, "typing:set", { ok: true, result: {} })).toBeNull();
  expect(faultOfReply(customers, "nonsense", { ok: false, error: wireError("unknown-command") })).toBeNull();
  expect(faultOfFact(customers, "tier:changed", { tier: "high" })).toBeNull();
  expect(faultOfResponse('HTTP/1.1 503 x\r\na: b\r\n\r\n{"code":"draining"}', "secret")).toBeNull();
});

test.each([
  ["silence", faultOfReply(customers, "typing:set", silence)],
  ["a cut", faultOfReply(customers, "typing:set", cut)],
  ["more than the contract has", faultOfReply(customers, "typing:set", { ok: true, result: { more: 1 } })],
  ["a result of nothing", faultOfReply(customers, "toString", { ok: true, result: {} })],
  ["neither", faultOfReply(customers, "typing:set", null)],
  ["a fault of ours", faultOfError(wireError("internal"))],
  ["a stack", faultOfError(refused("x\n    at door (door.ts:7:1)"))],
  ["a path", faultOfError(refused("in /app/node_modules/zod"))],
  ["a novel", faultOfError(refused("x".repeat(500)))],
  ["another verdict", faultOfError({ ...wireError("bad-request"), retryable: true })],
  ["a fact of nobody", faultOfFact(customers, "constructor", {})],
  ["a status", faultOfResponse("HTTP/1.1 500 Oh\r\n\r\n", "secret")],
  ["an unstated status", faultOfResponse("HTTP/1.1 503 Oh\r\n\r\n{}", "secret")],
  ["a header", faultOfResponse("HTTP/1.1 200 OK\r\nX-Injected: 1\r\n\r\n", "secret")],
  ["a secret", faultOfResponse("HTTP/1.1 200 OK\r\n\r\nthe secret", "secret")],
  ["a leak", leakIn(`"${newCanary()}"`, new Set([newCanary()]))],
])("a judge of the fuzzer finds %s", (_, found) => {
  expect(found).toBeTypeOf("string");
});
