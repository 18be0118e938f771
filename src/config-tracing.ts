import { z } from "zod";
import { number, url } from "./config-values.ts";

const protocols = ["http/protobuf", "http/json"] as const;
const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const protocol = z.enum(protocols, { error: "must be http/protobuf or http/json: gRPC is not spoken here" });

/** The variables of OpenTelemetry that are read here; those of the exporter alone it reads by itself. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"], { error: "must be otlp or none" }).optional(),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, { error: `must be one of ${samplers.join(", ")}` })
    .default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number({ error: "must be a number" })
    .refine((ratio) => ratio >= 0 && ratio <= 1, { error: "must be a number from 0 to 1" })
    .default(1),
  OTEL_BSP_SCHEDULE_DELAY: number(1, 600_000).default(5_000),
  OTEL_BSP_EXPORT_TIMEOUT: number(1, 600_000).default(30_000),
  OTEL_BSP_MAX_QUEUE_SIZE: number(1, 1_000_000).default(2_048),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: number(1, 1_000_000).default(512),
  OTEL_SDK_DISABLED: z.string().default("false"),
};

const settings = z.object(tracingVariables);
type Settings = z.infer<typeof settings>;

/** Where traces are sent, and how many. */
export interface TracingConfig {
  /** The whole address. */
  readonly url: string;
  readonly protocol: (typeof protocols)[number];
  readonly sampler: (typeof samplers)[number];
  /** Share of the traces that are kept, by the samplers that have one: 0 to 1. */
  readonly ratio: number;
  /** How spans are gathered before they are sent. */
  readonly batch: {
    readonly delayMs: number;
    readonly timeoutMs: number;
    readonly mostQueued: number;
    readonly mostSent: number;
  };
  /** Values of the headers that the exporter sends: keys of a collector, as a rule. */
  readonly headerValues: readonly string[];
}

const localCollector = "http://localhost:4318";

/** Null where no traces are wished for: neither an address nor the exporter is named, or all is switched off. */
export function tracingOf(given: Settings): TracingConfig | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = given;
  const isNamed = base !== undefined || whole !== undefined || given.OTEL_TRACES_EXPORTER === "otlp";
  const isOff = given.OTEL_SDK_DISABLED.toLowerCase() === "true" || given.OTEL_TRACES_EXPORTER === "none";
  if (!isNamed || isOff) return null;
  return {
    url: whole ?? `${(base ?? localCollector).replace(/\/$/, "")}/v1/traces`,
    protocol: given.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? given.OTEL_EXPORTER_OTLP_PROTOCOL ?? "http/protobuf",
    sampler: given.OTEL_TRACES_SAMPLER,
    ratio: given.OTEL_TRACES_SAMPLER_ARG,
    batch: {
      delayMs: given.OTEL_BSP_SCHEDULE_DELAY,
      timeoutMs: given.OTEL_BSP_EXPORT_TIMEOUT,
      mostQueued: given.OTEL_BSP_MAX_QUEUE_SIZE,
      mostSent: Math.min(given.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, given.OTEL_BSP_MAX_QUEUE_SIZE),
    },
    headerValues: [given.OTEL_EXPORTER_OTLP_HEADERS, given.OTEL_EXPORTER_OTLP_TRACES_HEADERS].flatMap(valuesIn),
  };
}

/** Of `name=value,name=value`: as they are written, and as they are meant. */
function valuesIn(headers = ""): string[] {
  const values = headers.split(",").map((pair) => pair.slice(pair.indexOf("=") + 1).trim());
  return values.filter((value) => value !== "").flatMap((value) => [value, decoded(value)]);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Written by hand, with a percent sign that means itself.
    return value;
  }
}
