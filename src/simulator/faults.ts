import { z } from "zod";
import { type Failure, failureNames, failures } from "./failures.ts";

const count = z.coerce.number().int().min(0);
const flag = z.union([
  z.boolean(),
  z.enum(["yes", "no", "true", "false"]).transform((word) => word === "yes" || word === "true"),
]);

/** When a fault strikes; the same for all of them. */
const scope = {
  /** How many requests it strikes; `all` has no end. */
  times: z.union([z.literal("all"), count]).default(1),
  /** Tells two equal directives apart. */
  id: z.string().optional(),
  /** Only requests to this model. */
  model: z.string().optional(),
  /** Only the request that calls tools, tells their results, or goes on with an answer. */
  on: z.enum(["any", "tools", "results", "resume"]).default("any"),
  /** The chance, 0–1, that a request in scope is struck. */
  share: z.coerce.number().min(0).max(1).default(1),
};
const after = { after: count.default(0) };
const everyMs = z.coerce.number().min(1);

const failureShape = z.strictObject({
  kind: z.enum(failureNames),
  status: z.coerce.number().int().min(400).max(599).optional(),
  type: z.string().optional(),
  message: z.string().optional(),
  code: z.string().optional(),
  retryAfter: z.coerce.string().optional(),
  html: flag.optional(),
  ...scope,
});

/** Every way to misbehave, as JSON for the endpoint and as words for a directive. */
export const faultShape = z.discriminatedUnion("kind", [
  failureShape,
  z.strictObject({ kind: z.literal("html"), ...scope }),
  z.strictObject({ kind: z.literal("destroy"), ...scope }),
  z.strictObject({ kind: z.literal("silent"), ...scope }),
  z.strictObject({ kind: z.literal("slow"), ms: z.coerce.number().min(0), ...scope }),
  z.strictObject({ kind: z.literal("stall"), ...after, ping: everyMs.optional(), ...scope }),
  z.strictObject({ kind: z.literal("cut"), ...after, reset: flag.default(false), ...scope }),
  z.strictObject({ kind: z.literal("end"), ...after, ...scope }),
  z.strictObject({
    kind: z.literal("error-event"),
    ...after,
    type: z.string().default("overloaded_error"),
    message: z.string().default("Overloaded"),
    ...scope,
  }),
  z.strictObject({ kind: z.literal("broken"), ...after, ...scope }),
  z.strictObject({ kind: z.literal("unknown"), ...after, ...scope }),
  z.strictObject({ kind: z.literal("dribble"), ...scope }),
  z.strictObject({ kind: z.literal("burst"), size: count.default(Number.MAX_SAFE_INTEGER), ...scope }),
  z.strictObject({ kind: z.literal("crlf"), ...scope }),
]);

export type Fault = z.infer<typeof faultShape>;
export type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;
type FailureFault = z.infer<typeof failureShape>;

/** The first active fault of a kind. */
export function faultOf<Kind extends Fault["kind"]>(faults: readonly Fault[], kind: Kind): FaultOf<Kind> | undefined {
  return faults.find((fault): fault is FaultOf<Kind> => fault.kind === kind);
}

/** The refusal among the active faults, with the wording the fault asks for. */
export function failureOf(faults: readonly Fault[]): Failure | undefined {
  const fault = faults.find((candidate): candidate is FailureFault => candidate.kind in failures);
  if (fault === undefined) return undefined;
  const base: Failure = failures[fault.kind];
  return {
    status: fault.status ?? base.status,
    type: fault.type ?? base.type,
    message: fault.message ?? base.message,
    code: fault.code ?? base.code,
    retryAfter: fault.retryAfter ?? base.retryAfter,
    html: fault.html ?? base.html,
  };
}
