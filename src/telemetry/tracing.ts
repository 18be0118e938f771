import { randomBytes } from "node:crypto";
import type * as OpenTelemetry from "@opentelemetry/api";
import type * as Resources from "@opentelemetry/resources";
import type * as Sdk from "@opentelemetry/sdk-trace";
import { SendFaults } from "./send-faults.ts";
import type { Span, SpanName } from "./span.ts";

export interface TracingSettings {
  /** Where spans are sent: the whole address. */
  readonly url: string;
  readonly protocol: "http/protobuf" | "http/json";
  /** As OpenTelemetry names them. */
  readonly sampler: string;
  /** Share of the traces that are kept, by the samplers that have one: 0 to 1. */
  readonly ratio: number;
  readonly batch: {
    readonly delayMs: number;
    readonly timeoutMs: number;
    readonly mostQueued: number;
    readonly mostSent: number;
  };
}

export interface TracingOptions {
  readonly settings: TracingSettings;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Told now and then that spans could not be sent: why last, and how many batches since it was told before. */
  readonly report: (why: string, batches: number) => void;
}

type Batch = Parameters<Sdk.SpanExporter["export"]>;

/** What is kept of a node's work is sent within so long when it closes, or not at all. */
const closeMs = 2_000;
const name = "tidegate";

/**
 * Opens the way to a collector. OpenTelemetry's own packages are loaded here and nowhere else, when traces are wished for.
 *
 * What is told is queued and sent in batches; where the collector is slow or gone the queue stays as long as it may be,
 * and what comes then is dropped.
 */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { settings } = options;
  const [api, sdk, resources, exporter] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
    openExporter(settings),
  ]);
  return new Tracing({ api, sdk }, resourceOf(resources), observed(exporter, new SendFaults(options)), settings);
}

export class Tracing implements AsyncDisposable {
  readonly #api: typeof OpenTelemetry;
  readonly #sdk: typeof Sdk;
  readonly #sampler: Sdk.Sampler;
  readonly #provider: Sdk.TracerProvider;
  readonly #tracer: OpenTelemetry.Tracer;
  /** The names of the span that is being made. */
  #next: Pick<Span, "traceId" | "spanId"> = { traceId: "" };

  constructor(
    { api, sdk }: { readonly api: typeof OpenTelemetry; readonly sdk: typeof Sdk },
    resource: Resources.Resource,
    exporter: Sdk.SpanExporter,
    { batch, sampler, ratio }: TracingSettings,
  ) {
    this.#api = api;
    this.#sdk = sdk;
    this.#sampler = samplerOf(sdk, sampler, ratio);
    const processor = new sdk.BatchSpanProcessor({
      exporter,
      scheduledDelayMillis: batch.delayMs,
      exportTimeoutMillis: batch.timeoutMs,
      maxQueueSize: batch.mostQueued,
      maxExportBatchSize: batch.mostSent,
    });
    const ids = {
      generateTraceId: () => this.#next.traceId,
      generateSpanId: () => this.#next.spanId ?? randomBytes(8).toString("hex"),
    };
    this.#provider = new sdk.TracerProvider({
      resource,
      sampler: this.#sampler,
      idGenerator: ids,
      spanProcessors: [processor],
    });
    this.#tracer = this.#provider.getTracer(name);
  }

  /** Whether a trace of that name is kept: every node finds the same. */
  isSampled(traceId: string): boolean {
    const { ROOT_CONTEXT, SpanKind } = this.#api;
    const { decision } = this.#sampler.shouldSample(ROOT_CONTEXT, traceId, "turn", SpanKind.SERVER, {}, []);
    return decision === this.#sdk.SamplingDecision.RECORD_AND_SAMPLED;
  }

  /** Of a trace that is kept. Costs what making one span costs: it is sent later. */
  emit(span: Span): void {
    const { SpanKind, SpanStatusCode } = this.#api;
    const { kind, startAt, endAt, link, isError } = span;
    const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };
    this.#next = span;
    const made = this.#tracer.startSpan(
      span.name,
      {
        kind: kinds[kind],
        startTime: startAt,
        attributes: attributesOf(span),
        links: link === undefined ? [] : [{ context: this.#contextOf(link) }],
      },
      this.#parentOf(span),
    );
    if (isError) made.setStatus({ code: SpanStatusCode.ERROR });
    made.end(endAt);
  }

  /** Sends what is left, for at most {@link closeMs}. */
  async [Symbol.asyncDispose](): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(() => patience.resolve(), closeMs);
    // What could not be sent was reported as any other.
    await Promise.race([this.#provider.shutdown().catch(() => {}), patience.promise]);
    clearTimeout(timer);
  }

  #parentOf({ traceId, parentId }: Span): OpenTelemetry.Context {
    const { ROOT_CONTEXT, trace } = this.#api;
    return parentId === null
      ? ROOT_CONTEXT
      : trace.setSpanContext(ROOT_CONTEXT, this.#contextOf({ traceId, spanId: parentId }));
  }

  #contextOf({ traceId, spanId }: SpanName): OpenTelemetry.SpanContext {
    return { traceId, spanId, traceFlags: this.#api.TraceFlags.SAMPLED };
  }
}

async function openExporter({ url, protocol }: TracingSettings): Promise<Sdk.SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-trace-otlp-http")
      : await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter({ url });
}

/** Who sends: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have the last word. */
function resourceOf(resources: typeof Resources): Resources.Resource {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } =
    resources;
  return defaultResource()
    .merge(resourceFromAttributes({ "service.name": name }))
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}

function samplerOf(sdk: typeof Sdk, name: string, ratio: number): Sdk.Sampler {
  const plain = (which: string) => {
    if (which === "always_off") return new sdk.AlwaysOffSampler();
    return which === "traceidratio" ? new sdk.TraceIdRatioBasedSampler(ratio) : new sdk.AlwaysOnSampler();
  };
  const root = /^parentbased_(.*)$/.exec(name)?.[1];
  return root === undefined ? plain(name) : new sdk.ParentBasedSampler({ root: plain(root) });
}

/** The exporter, with each batch that could not be sent reported. */
function observed(exporter: Sdk.SpanExporter, faults: SendFaults): Sdk.SpanExporter {
  return {
    export: (spans: Batch[0], done: Batch[1]) =>
      exporter.export(spans, (result) => {
        if (result.code !== 0) faults.note(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** As OpenTelemetry has them: lists may be changed. */
function attributesOf({ attributes }: Span): OpenTelemetry.Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, typeof value === "object" ? [...value] : value]),
  );
}
