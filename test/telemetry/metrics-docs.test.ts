import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Metric, metrics } from "../../src/telemetry/metrics.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const all: readonly Metric[] = Object.values(metrics);

function table(): string {
  const rows = all.map(({ name, type, labels, of, help }) => {
    const told = labels.map((label) => `\`${label}\``).join(" ");
    return `| \`${name}\` | ${type} | ${told} | ${of} | ${help} |`;
  });
  return ["| name | type | labels | of | what |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

test("the page on metrics has the code's table", () => {
  const path = "docs/metrics.md";
  if (process.env["UPDATE_DOCS"] === "1") {
    const marked = /(<!-- metrics -->\n)[\s\S]*?(<!-- \/metrics -->)/;
    writeFileSync(
      join(root, path),
      read(path).replace(marked, (_, open, close) => `${open}\n${table()}\n\n${close}`),
    );
  }
  expect(/<!-- metrics -->\n([\s\S]*?)<!-- \/metrics -->/.exec(read(path))?.[1]?.trim()).toBe(table());
});

test("names and labels are as Prometheus wants them, and each name is there once", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, type, labels } of all) {
    expect(name).toMatch(/^(tidegate|process)_[a-z][a-z_]*[a-z]$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
  }
});

test("metrics are named in one file alone", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const naming = files.filter((path) => /tidegate_[a-z]/.test(read(join("src", path))));
  expect(naming).toEqual([join("telemetry", "metrics.ts")]);
});

/** A metric, or a part of a histogram, with its labels, as an expression names it. */
interface Named {
  readonly name: string;
  readonly labels: readonly string[];
}

/** Everything that an expression asks for. */
function namedIn(expression: string): Named[] {
  return [...expression.matchAll(/\b((?:tidegate|process)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = "", labels = ""]) => ({
      name,
      labels: [...labels.matchAll(/([a-z]+)\s*[=!]/g)].map(([, label = ""]) => label),
    }),
  );
}

/** Prometheus' own labels. */
const given = ["job", "instance", "le"];

function faultsOf(expression: string): string[] {
  const named = namedIn(expression);
  const metricOf = (name: string) =>
    all.find((metric) => metric.name === name || (metric.type === "histogram" && `${metric.name}_bucket` === name));
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
  const known = [...given, ...named.flatMap(({ name }) => metricOf(name)?.labels ?? [])];
  return [
    ...named.filter(({ name }) => metricOf(name) === undefined).map(({ name }) => `no metric ${name}`),
    ...named.flatMap(({ name, labels }) =>
      labels
        .filter((label) => ![...given, ...(metricOf(name)?.labels ?? [])].includes(label))
        .map((label) => `no label ${label} on ${name}`),
    ),
    ...grouped.filter((label) => !known.includes(label)).map((label) => `no label ${label} to group by`),
    ...named
      .filter(({ name }) => metricOf(name)?.type === "counter" && !/\b(rate|increase)\(/.test(expression))
      .map(({ name }) => `${name} counts, and needs a rate`),
  ];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

describe("what Prometheus and Grafana are given", () => {
  const { groups } = parse(read("docs/deploy/prometheus/alerts.yml")) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const { panels } = JSON.parse(read("docs/deploy/grafana/tidegate.json")) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };

  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    "the alert %s asks for what there is, and says what to do",
    (_, rule) => {
      expect(faultsOf(rule.expr)).toEqual([]);
      expect(rule.annotations["summary"]?.length).toBeGreaterThan(10);
      expect(rule.annotations["action"]?.length).toBeGreaterThan(10);
    },
  );

  test.each(panels.map((panel) => [panel.title, panel] as const))(
    "the panel %s asks for what there is",
    (_, { targets }) => {
      expect(targets.flatMap(({ expr }) => faultsOf(expr))).toEqual([]);
      expect(targets.every(({ expr }) => namedIn(expr).length > 0)).toBe(true);
    },
  );

  test("the dashboard leaves no metric of the service out", () => {
    const shown = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => namedIn(expr).map(({ name }) => name.replace(/_bucket$/, ""))),
    );
    const hidden = ["tidegate_cost_records_lost_total", "process_start_time_seconds"];
    expect(all.map(({ name }) => name).filter((name) => !shown.includes(name) && !hidden.includes(name))).toEqual([]);
  });

  test("what it asks of an alert can be found wrong", () => {
    expect(faultsOf('sum(tidegate_nothing{class="vip"})')).toHaveLength(2);
    expect(faultsOf('sum by (tool) (rate(tidegate_turns_total{model="x"}[1m]))')).toHaveLength(2);
    expect(faultsOf("tidegate_turns_total")).toHaveLength(1);
  });
});

test("Docker Compose brings both along, and scrapes each node at its own port", () => {
  const compose = parse(read("docker-compose.yml"), { merge: true });
  const { prometheus, grafana, ...others } = compose.services;
  for (const service of [prometheus, grafana]) {
    expect(service.profiles).toEqual(["monitoring"]);
    expect(service.ports.every((port: string) => port.startsWith("127.0.0.1:"))).toBe(true);
    const mounted = service.volumes.map((volume: string) => volume.split(":")[0] ?? "");
    for (const path of mounted)
      expect(path.startsWith("./") ? existsSync(join(root, path)) : path in compose.volumes).toBe(true);
  }
  const nodes = Object.keys(others).filter((name) => name.startsWith("tidegate-"));
  const port = others[nodes[0] ?? ""].environment.METRICS_PORT;
  const { scrape_configs: jobs } = parse(read("docs/deploy/prometheus/prometheus.yml"));
  expect(jobs[0].static_configs[0].targets).toEqual(nodes.map((name) => `${name}:${port}`));
  expect(jobs[0].job_name).toBe("tidegate");
  for (const name of nodes) expect(others[name].ports).toBeUndefined();
});
