import type { TierReason } from "../contract/service.ts";
import type { CustomerClass, Tier } from "../contract/shapes.ts";
import type { Answer } from "../domain/answer.ts";
import { attemptOutcomes, outcomeOf, usageOf } from "../domain/costs.ts";
import type { Counted, LineFigures } from "../domain/figures.ts";
import { stepOf } from "../domain/health.ts";
import { classes, type Round } from "../domain/line.ts";
import { costOf, type PriceTable, picosPerUnit, priceOf } from "../domain/prices.ts";
import type { Listener, Step } from "../domain/steps.ts";
import { LineWatch } from "./line-watch.ts";
import { LoopDelay } from "./loop-delay.ts";
import { MetricRegistry } from "./registry.ts";

/** What is looked up when somebody reads the metrics, and costs nothing before. */
export interface MeterSources {
  readonly tier: () => { readonly tier: Tier; readonly reason: TierReason };
  readonly openAnswers: () => number;
  readonly sockets: () => { readonly customers: number; readonly agents: number };
  /** Null on a node without Redis. */
  readonly redis: () => { readonly away: boolean; readonly failures: number } | null;
  /** In millionths of the currency; null where no budget is set. */
  readonly budget: () => { readonly spentMicros: number; readonly dailyMicros: number } | null;
}

/** What may be refused because it comes too fast. */
export type Refused = "commands" | "questions" | "connections";

const quantiles = [0.5, 0.99, 1] as const;

/** Counts each step, and tells Prometheus of it when it asks. In the token loop there is one addition (S6). */
export class Meter implements Listener, Disposable {
  readonly #prices: PriceTable;
  readonly #registry = new MetricRegistry();
  readonly #line: LineWatch;
  readonly #loop = new LoopDelay();
  /** The same for operators, who look each second, and not only when Prometheus does. */
  readonly #loopNow = new LoopDelay();
  /** How many first tokens came on each step of time: finer than the buckets of a histogram. */
  readonly #firstTokens: Record<number, number> = {};
  readonly #begun = new WeakSet<Answer>();
  #sources: MeterSources | null = null;
  #deltas = 0;

  /**
   * @param models those that will be asked
   * @param now milliseconds that never go back
   */
  constructor(prices: PriceTable, models: readonly string[], now: () => number) {
    this.#prices = prices;
    this.#line = new LineWatch(now);
    for (const name of classes) this.#registry.begin("shed", { class: name });
    for (const model of models)
      for (const outcome of attemptOutcomes) this.#registry.begin("attempts", { model, outcome });
  }

  /** What cannot be counted is looked up there from now on. */
  open(sources: MeterSources): void {
    this.#sources = sources;
  }

  [Symbol.dispose](): void {
    this.#loop[Symbol.dispose]();
    this.#loopNow[Symbol.dispose]();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus reads. */
  read(): Promise<string> {
    this.#collect();
    return this.#registry.read();
  }

  text(): void {
    this.#deltas++;
  }

  round(round: Round): void {
    this.#line.round(round);
  }

  shed(name: CustomerClass): void {
    this.#registry.add("shed", { class: name });
  }

  refused(what: Refused): void {
    this.#registry.add("refused", { what });
  }

  paused(model: string): void {
    this.#registry.add("pauses", { model });
  }

  /** What operators are told of this node: read from the very counters that Prometheus reads. */
  async counted(): Promise<Counted> {
    const registry = this.#registry;
    const all = async (key: "starts" | "shed" | "refused" | "pauses") => (await registry.sums(key))[""] ?? 0;
    const tokens = await registry.sums("tokens", "kind");
    const cost = await registry.sums("cost", "tariff");
    return {
      totals: {
        starts: await all("starts"),
        shed: await all("shed"),
        refused: await all("refused"),
        pauses: await all("pauses"),
        inputTokens: (tokens["input"] ?? 0) + (tokens["cache_read"] ?? 0) + (tokens["cache_write"] ?? 0),
        outputTokens: tokens["output"] ?? 0,
        costMicros: Math.round((cost["relay"] ?? 0) * 1e6),
      },
      attempts: await registry.sums("attempts", "outcome"),
      firstTokens: { ...this.#firstTokens },
    };
  }

  /** The lines as this node has seen them. */
  get lines(): Readonly<Record<CustomerClass, LineFigures>> {
    const of = (name: CustomerClass) => ({
      waiting: this.#line.waiting(name),
      oldestWaitMs: Math.round(this.#line.oldestWaitMs(name)),
    });
    return { vip: of("vip"), member: of("member"), guest: of("guest") };
  }

  /** How late of a hundred timers the worst but one ran since this was read last. */
  readLoopDelayMs(): number {
    return this.#loopNow.read([0.99])[0] ?? 0;
  }

  lost(records: number): void {
    this.#registry.add("lostRecords", {}, records);
  }

  step(step: Step): void {
    const registry = this.#registry;
    switch (step.kind) {
      case "turn-started":
        // Told again whenever an epoch is raised.
        if (!this.#begun.has(step.answer)) registry.add("starts", {});
        this.#begun.add(step.answer);
        return;
      case "attempt-ended":
        return this.#attempt(step);
      case "turn-activity": {
        const { tool, state } = step.activity;
        return state === "running" ? undefined : registry.add("lookUps", { tool, state });
      }
      case "turn-ended": {
        const { firstTextMs } = step.report;
        registry.add("turns", { outcome: step.outcome });
        if (firstTextMs !== null) registry.observe("firstText", {}, firstTextMs / 1_000);
        return;
      }
      case "responder-changed":
        return registry.add("handoffs", { to: step.responder.kind });
      case "message-rated":
        return registry.add("ratings", { of: "answer", value: step.value });
      case "conversation-rated":
        return registry.add("ratings", { of: "conversation", value: String(step.score) });
      case "message-added":
      case "turn-queued":
      case "turn-lost":
        return;
      default:
        step satisfies never;
    }
  }

  #attempt({ account, purpose, end }: Extract<Step, { kind: "attempt-ended" }>): void {
    const { model, firstTokenMs } = end.report;
    const registry = this.#registry;
    registry.add("attempts", { model, outcome: outcomeOf(end) });
    if (purpose === "retry" || purpose === "continuation") registry.add("retries", { model, purpose });
    if (firstTokenMs !== null) {
      registry.observe("firstToken", { model, tier: account.tier }, firstTokenMs / 1_000);
      const step = stepOf(firstTokenMs);
      this.#firstTokens[step] = (this.#firstTokens[step] ?? 0) + 1;
    }
    const usage = usageOf(end.report);
    const of = { model, class: account.class };
    registry.add("tokens", { ...of, kind: "input" }, usage.inputTokens);
    registry.add("tokens", { ...of, kind: "output" }, usage.outputTokens);
    registry.add("tokens", { ...of, kind: "cache_read" }, usage.cacheReadTokens);
    registry.add("tokens", { ...of, kind: "cache_write" }, usage.cacheWriteTokens);
    const { currency } = this.#prices;
    for (const tariff of ["relay", "direct"] as const) {
      const picos = costOf(priceOf(this.#prices[tariff], model), usage);
      registry.add("cost", { ...of, tariff, currency }, Number(picos) / Number(picosPerUnit));
    }
  }

  #collect(): void {
    const registry = this.#registry;
    registry.total("deltas", this.#deltas);
    registry.set("starting", {}, this.#line.starting);
    for (const name of classes) {
      registry.set("lineWaiting", { class: name }, this.#line.waiting(name));
      registry.set("lineOldestWait", { class: name }, this.#line.oldestWaitMs(name) / 1_000);
    }
    for (const [at, lateMs] of this.#loop.read(quantiles).entries()) {
      registry.set("loopDelay", { quantile: String(quantiles[at]) }, lateMs / 1_000);
    }
    const { user, system } = process.cpuUsage();
    registry.total("cpu", (user + system) / 1e6);
    registry.set("memory", {}, process.memoryUsage.rss());
    registry.set("startTime", {}, Math.round(performance.timeOrigin / 1_000));
    if (this.#sources) this.#look(this.#sources);
  }

  #look({ tier, openAnswers, sockets, redis, budget }: MeterSources): void {
    const registry = this.#registry;
    registry.clear("tier");
    registry.set("tier", tier(), 1);
    registry.set("openAnswers", {}, openAnswers());
    const { customers, agents } = sockets();
    registry.set("sockets", { namespace: "customers" }, customers);
    registry.set("sockets", { namespace: "agents" }, agents);
    const health = redis();
    if (health) registry.set("redisUp", {}, health.away ? 0 : 1);
    if (health) registry.total("redisFailures", health.failures);
    const money = budget();
    const { currency } = this.#prices;
    if (money) registry.set("spentToday", { currency }, money.spentMicros / 1e6);
    if (money) registry.set("budget", { currency }, money.dailyMicros / 1e6);
  }
}
