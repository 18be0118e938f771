import { expect, test } from "vitest";
import { Report } from "../report.ts";
import { verdictOf } from "../verdict.ts";
import type { Chart, TimeAxis } from "./charts.ts";
import { type Document, renderPage } from "./page.ts";

const axis: TimeAxis = {
  steps: 4,
  stepSeconds: 1,
  firstSeconds: -1,
  marks: [{ seconds: 1, what: "a node is killed" }],
};
const chart: Chart = {
  title: "First words",
  unit: "ms",
  kind: "lines",
  series: [{ name: "p99", color: "--p99", values: [null, 120, null, 480] }],
  limit: { value: 1_000, name: "promised" },
};
const layers: Chart = {
  title: "Asked",
  unit: "a second",
  kind: "layers",
  series: [
    { name: "vip", color: "--vip", values: [0, 1, 2, 0] },
    { name: "guest", color: "--guest", values: [0, 9, 8, 0] },
  ],
};

function documentOf(report: Report): Document {
  return {
    scenario: "night",
    title: "The night × 0.05",
    verdict: verdictOf(report, "Nobody was lost."),
    endedAt: Date.UTC(2026, 10, 11),
    place: "two nodes",
    tiles: [{ value: "5,640", what: "questions asked" }],
    checks: report.checks,
    notes: report.notes,
    timeline: { axis, tiers: [{ seconds: 0, tier: "high" }], charts: [layers, chart] },
  };
}

const quiet = () => new Report(() => {});

test("the headline says in words whether it held, what did not, or that nothing is proven", () => {
  const report = quiet();
  report.check("A6: no place ever rises", true, "0 of 12");
  expect(verdictOf(report)).toMatchObject({ kind: "holds", headline: "It held: all 1 checks pass." });
  report.check("S3: no text is lost", false, "2 in 12 answers");
  expect(verdictOf(report)).toMatchObject({ kind: "faults", headline: "1 of 2 checks fail: “S3: no text is lost”." });
  expect(verdictOf(report, "", "others took 50 % of this machine")).toMatchObject({
    kind: "open",
    headline: "1 of 2 checks fail, but others took 50 % of this machine: nothing is proven.",
  });
  report.check("this generator kept to its schedule", false, "asked late", { isOwn: true });
  const { kind, headline } = verdictOf(report);
  expect([kind, headline]).toEqual(["open", "Nothing is proven: “this generator kept to its schedule” does not hold."]);
});

test("a page shows verdict, failed checks first, tier, incidents, charts and figures", () => {
  const report = quiet();
  report.check("A6: no place ever rises", true, "0 of 12");
  report.check("S3: no text is lost", false, "2 in 12 answers");
  report.note("longest line", "498");
  const page = renderPage(documentOf(report));
  expect(page).toContain('<header class="faults">');
  expect(page.indexOf("No text is lost")).toBeLessThan(page.indexOf("No place ever rises"));
  for (const words of ["Nobody was lost.", "5,640", "a node is killed", ">high</span>", "First words", "498"])
    expect(page).toContain(words);
});

test("a line has a gap where there is no value, and layers stand on one another", () => {
  const page = renderPage(documentOf(quiet()));
  // The scale goes to 2,000, so 120 stands at 94 of 100 from above; the value after the gap begins anew.
  expect(page).toContain('d="M1.5 94h0M3.5 76h0"');
  // The scale goes to 20: the guests stand on the one VIP.
  expect(page).toContain("1  50H2");
});

test("a page needs nothing from anywhere", () => {
  const page = renderPage(documentOf(quiet()));
  expect(page).not.toMatch(/\b(src|href)=|url\(|@import|https?:/);
});

test("what a service says about itself cannot become markup", () => {
  const report = quiet();
  report.note("a node has logged", "<img onerror=alert(1)>");
  report.check("</script><b>", false, '"&');
  const page = renderPage(documentOf(report));
  expect(page).not.toContain("<img");
  expect(page).not.toContain("</script><b>");
});
