import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { troubles } from "../drill/troubles.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const page = "docs/runbook.md";
const text = read(page);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const { groups } = parse(read("docs/deploy/prometheus/alerts.yml")) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const names = [...new Set(rules.map(({ alert }) => alert))];

/** The part on alerts, by the name of each. */
const sections = new Map(
  (text.split("\n## Alerts\n")[1]?.split("\n## ")[0] ?? "")
    .split("\n### ")
    .slice(1)
    .map((section) => [section.split("\n")[0] ?? "", section] as const),
);

/** As GitHub makes them of headings. */
const anchorsOf = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("every alert has its section, every section its alert", () => {
  expect([...sections.keys()].toSorted()).toEqual(names.toSorted());
});

test.each([...sections])(
  "the section %s says what it means, how to see it, what is next and when it is over",
  (_, said) => {
    const parts = [...said.matchAll(/^\* \*\*(.+?)\*\*: .{10}/gm)].map(([, part]) => part);
    expect(parts).toEqual(["Means", "Seen by", "Next", "Over when"]);
  },
);

test.each(rules.map((rule) => [rule.alert, rule] as const))("the rule %s points at its section", (name, rule) => {
  expect(rule.annotations["runbook"]).toBe(`${page}#${name.toLowerCase()}`);
  expect(anchorsOf(text)).toContain(name.toLowerCase());
});

test("what may come within ten seconds does, and a page that lasts comes after its notice", () => {
  for (const name of names) {
    const [first, ...later] = rules.filter(({ alert }) => alert === name);
    expect([name, Number.parseInt(first?.for ?? "0", 10) < 10]).toEqual([name, true]);
    expect(later.map(({ labels }) => labels.severity)).toEqual(later.map(() => "page"));
    if (later.length > 0) expect(first?.labels.severity).toBe("notice");
  }
});

/** Where a link of the page leads; a folder is its README. */
function leads(link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), path));
  const file = target.endsWith(".md") ? target : join(target, "README.md");
  return existsSync(join(root, file)) && (anchor === undefined || anchorsOf(read(file)).includes(anchor));
}

test("every link of the page leads somewhere", () => {
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !leads(link))).toEqual([]);
});

test("every metric, and every line of the log that the page quotes, is there", () => {
  const [metrics, log] = [read("src/telemetry/metrics.ts"), read("src/telemetry/log.ts")];
  const named = [...text.matchAll(/`((?:tidegate|process)_[a-z_]+)/g)].map(([, name = ""]) => name);
  const quotes = text.matchAll(/\b(?:[Ll]og(?: line)?|and) `([a-zA-Z' ,:]+ [a-zA-Z' ,:]+?)(?::? …)?`/g);
  const quoted = [...quotes].map(([, line = ""]) => line);
  expect([named.length > 8, quoted.length > 5]).toEqual([true, true]);
  expect(named.filter((name) => !metrics.includes(`"${name}"`))).toEqual([]);
  expect(quoted.filter((line) => !log.includes(line))).toEqual([]);
});

test("doctor names a section for each of its notes that is there", () => {
  const sections = [...read("src/doctor/node.ts").matchAll(/", "([a-z-]+)"\],?$/gm)].map(([, section]) => section);
  expect(sections.length).toBeGreaterThan(3);
  for (const section of sections) expect(anchorsOf(text)).toContain(section);
});

test("Kubernetes scrapes each pod at the port where it tells its metrics", () => {
  const [, yaml = ""] = read("docs/deploy/kubernetes.yaml").split("\n---\n");
  const { spec } = parse(yaml);
  const [container] = spec.template.spec.containers;
  const { annotations } = spec.template.metadata;
  const port = container.env.find(({ name }: { name: string }) => name === "METRICS_PORT").value;
  expect([annotations["prometheus.io/scrape"], annotations["prometheus.io/port"]]).toEqual(["true", port]);
  expect(container.ports).toContainEqual({ name: "metrics", containerPort: Number(port) });
});

test("the drill looks for alerts that there are, and leaves out only those that take long or cost money", () => {
  const drilled = new Set(troubles.flatMap(({ alerts }) => alerts));
  expect([...drilled].filter((name) => !names.includes(name))).toEqual([]);
  const left = names.filter((name) => !drilled.has(name));
  expect(left.toSorted()).toEqual(["BudgetNearlySpent", "BudgetSpent", "LineLong", "NodeBusy", "TierHeld"]);
});
