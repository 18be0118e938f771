import { availableParallelism } from "node:os";
import type { Tier } from "../../../src/contract/shapes.ts";
import { classes } from "../../../src/domain/line.ts";
import { clearOf } from "../checks.ts";
import { type Findings, firstTextMs, isShed, tierCourse, waitMs } from "../findings.ts";
import { Percentiles } from "../percentiles.ts";
import type { ProcessSample, Sample } from "../stage/samples.ts";
import { findTruth } from "../truth.ts";
import type { Asked } from "../visitors/asked.ts";
import type { Chart, Series, TimeAxis } from "./charts.ts";

const mostSteps = 900;
const cores = availableParallelism();
/** What happens before the first question of the plan is shown as far back as this, in seconds. */
const leadSeconds = 5;

export interface Timeline {
  readonly axis: TimeAxis;
  readonly tiers: readonly { readonly seconds: number; readonly tier: Tier }[];
  readonly charts: readonly Chart[];
}

/** All charts of a run, on one axis. */
export function timelineOf(findings: Findings): Timeline {
  const { from, to, incidents, samples } = findings;
  const lastsSeconds = leadSeconds + (to - from) / 1_000;
  const stepSeconds = Math.max(1, Math.ceil(lastsSeconds / mostSteps));
  const axis: TimeAxis = {
    steps: Math.max(1, Math.ceil(lastsSeconds / stepSeconds)),
    stepSeconds,
    firstSeconds: -leadSeconds,
    marks: incidents.map(({ at, what }) => ({ seconds: (at - from) / 1_000, what })),
  };
  const steps = new Steps(axis, from);
  const charts = [...customerCharts(findings, steps), ...machineCharts(samples, steps)];
  const tiers = tierCourse(findings).map(({ at, tier }) => ({ seconds: (at - from) / 1_000, tier }));
  return { axis, tiers, charts: charts.filter(({ series }) => series.some(({ values }) => values.some(Boolean))) };
}

/** The steps of time of an axis. */
class Steps {
  readonly #axis: TimeAxis;
  readonly #from: number;

  constructor(axis: TimeAxis, from: number) {
    this.#axis = axis;
    this.#from = from;
  }

  of(at: number): number {
    return Math.floor(((at - this.#from) / 1_000 - this.#axis.firstSeconds) / this.#axis.stepSeconds);
  }

  /** How many a second. */
  rate(times: readonly (number | null)[]): number[] {
    const counts = this.#zeros();
    for (const at of times) {
      const step = at === null ? -1 : this.of(at);
      if (step >= 0 && step < counts.length) counts[step] = (counts[step] ?? 0) + 1 / this.#axis.stepSeconds;
    }
    return counts;
  }

  /** How many are between their two times at the end of each step. */
  level(spans: readonly (readonly [from: number, to: number])[]): number[] {
    const changes = this.#zeros();
    const change = (at: number, by: number) => {
      const step = Math.max(0, this.of(at));
      if (step < changes.length) changes[step] = (changes[step] ?? 0) + by;
    };
    for (const [from, to] of spans) {
      change(from, 1);
      change(to, -1);
    }
    let now = 0;
    return changes.map((by) => (now += by));
  }

  percentiles(
    measured: readonly { readonly at: number; readonly ms: number }[],
    percents: readonly number[],
  ): (number | null)[][] {
    const each = this.#zeros().map(() => new Percentiles());
    for (const { at, ms } of measured) each[this.of(at)]?.add(ms);
    return percents.map((percent) => each.map((one) => one.at(percent)));
  }

  /** The value of the last sample in each step. */
  sampled(samples: readonly Sample[], value: (sample: Sample) => number | null): (number | null)[] {
    const values: (number | null)[] = this.#zeros().map(() => null);
    for (const sample of samples) {
      const step = this.of(sample.at);
      if (step >= 0 && step < values.length) values[step] = value(sample);
    }
    return values;
  }

  #zeros(): number[] {
    return Array.from({ length: this.#axis.steps }, () => 0);
  }
}

function customerCharts(findings: Findings, steps: Steps): Chart[] {
  const all = [...findings.before, ...findings.asked];
  const of = (name: string) => all.filter((asked) => asked.class === name);
  const byClass = (values: (asked: readonly Asked[]) => number[]): Series[] =>
    classes.map((name) => ({ name, color: `--${name}`, values: values(of(name)) }));
  const rates = (title: string, time: (asked: Asked) => number | null): Chart => {
    const series = byClass((asked) => steps.rate(asked.map(time)));
    return { title, unit: "a second", kind: "layers", series };
  };
  const firstWords = timed(all, firstTextMs, ({ firstTextAt }) => firstTextAt);
  const waits = (asked: readonly Asked[]) => {
    const [p90 = []] = steps.percentiles(
      timed(asked, waitMs, ({ startedAt }) => startedAt),
      [90],
    );
    return p90.map((ms) => (ms === null ? null : ms / 1_000));
  };
  return [
    rates("Asked", ({ askedAt }) => askedAt),
    rates("Begun", ({ startedAt }) => startedAt),
    { title: "In line", unit: "customers", kind: "layers", series: byClass((asked) => steps.level(waitsOf(asked))) },
    rates("Shed", (asked) => (isShed(asked) ? (asked.acknowledgedAt ?? asked.end?.at ?? null) : null)),
    {
      title: "First words",
      hint: "From the question, or from the end of the time in line, to the first piece of text.",
      unit: "ms",
      kind: "lines",
      series: threeLines(steps.percentiles(firstWords, [50, 90, 99])),
    },
    {
      title: "Time in line",
      hint: "Of nine in ten of each class whose answer begins at that moment.",
      unit: "s",
      kind: "lines",
      series: classes.map((name) => ({ name, color: `--${name}`, values: waits(of(name)) })),
    },
    ...(findings.isOwn ? [ageChart(findings, steps)] : []),
  ];
}

function timed(asked: readonly Asked[], measure: (one: Asked) => number | null, at: (one: Asked) => number | null) {
  const measured = asked.map((one) => ({ at: at(one) ?? -1, ms: measure(one) }));
  return measured.filter((each): each is { at: number; ms: number } => each.ms !== null);
}

function ageChart(findings: Findings, steps: Steps): Chart {
  const { ages } = findTruth({ stories: findings.asked, isClear: clearOf(findings) });
  const [p50 = [], p99 = []] = steps.percentiles(
    ages.map(({ at, ageMs }) => ({ at, ms: ageMs })),
    [50, 99],
  );
  return {
    title: "Age of a place",
    hint: "How long somebody among the first hundred stood better than was told.",
    unit: "ms",
    kind: "lines",
    series: [
      { name: "p50", color: "--p50", values: p50 },
      { name: "p99", color: "--p99", values: p99 },
    ],
    limit: { value: 1_000, name: "promised: 1 s" },
  };
}

function machineCharts(samples: readonly Sample[], steps: Steps): Chart[] {
  const names = [...new Set(samples.flatMap(({ processes }) => Object.keys(processes)))];
  const isNode = (name: string) => name.startsWith("node");
  const isGenerator = (name: string) => name.startsWith("generator");
  const lines = (some: readonly string[], value: (one: ProcessSample) => number | null): Series[] =>
    some.map((name, at) => ({
      name,
      color: isNode(name) ? `--line-${(at % 8) + 1}` : `--${name.toLowerCase()}`,
      values: steps.sampled(samples, ({ processes: { [name]: one } }) => (one ? value(one) : null)),
    }));
  const nodes = names.filter(isNode);
  const generator: Series = {
    name: "generator, all",
    color: "--generator",
    values: steps.sampled(samples, ({ processes }) =>
      Object.entries(processes).reduce((sum, [name, one]) => sum + (isGenerator(name) ? 100 * one.cpuShare : 0), 0),
    ),
  };
  const machine: Series = {
    name: "whole machine",
    color: "--machine",
    values: steps.sampled(samples, ({ machineShare }) => (machineShare === null ? null : 100 * machineShare)),
  };
  const services = names.filter((name) => !isGenerator(name));
  return [
    {
      title: "Open sockets",
      unit: "",
      kind: "lines",
      series: [{ name: "open", color: "--p50", values: steps.sampled(samples, ({ sockets }) => sockets) }],
    },
    {
      title: "CPU",
      unit: "% of a core",
      kind: "lines",
      series: [...lines(services, ({ cpuShare }) => 100 * cpuShare), generator, machine],
      limit: { value: 100 * cores, name: `all ${cores} cores` },
    },
    { title: "Memory", unit: "MB", kind: "lines", series: lines(services, ({ rssBytes }) => rssBytes / 1e6) },
    {
      title: "Event loop",
      hint: "How late a node came to what was due, p99 of each second.",
      unit: "ms",
      kind: "lines",
      series: lines(nodes, ({ delayMs }) => delayMs),
    },
    {
      title: "Redis",
      unit: "commands a second",
      kind: "lines",
      series: [
        { name: "commands", color: "--redis", values: steps.sampled(samples, ({ redisCommands }) => redisCommands) },
      ],
    },
  ];
}

function waitsOf(asked: readonly Asked[]): (readonly [number, number])[] {
  return asked.flatMap(({ told: [first], startedAt, end }) =>
    first ? [[first.at, startedAt ?? end?.at ?? Number.MAX_SAFE_INTEGER] as const] : [],
  );
}

function threeLines([p50 = [], p90 = [], p99 = []]: readonly (readonly (number | null)[])[]): Series[] {
  return [
    { name: "p50", color: "--p50", values: p50 },
    { name: "p90", color: "--p90", values: p90 },
    { name: "p99", color: "--p99", values: p99 },
  ];
}
