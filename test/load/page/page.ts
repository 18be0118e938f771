import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check, Note } from "../report.ts";
import type { Verdict } from "../verdict.ts";
import { drawChart, quote } from "./charts.ts";
import type { Timeline } from "./series.ts";

/** Everything that a report says; the same as its JSON. */
export interface Document {
  readonly scenario: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** In epoch milliseconds. */
  readonly endedAt: number;
  /** Where it was played, in words. */
  readonly place: string;
  /** The figures to look at first. */
  readonly tiles: readonly { readonly value: string; readonly what: string }[];
  readonly checks: readonly Check[];
  readonly notes: readonly Note[];
  /** Null for a scenario that is not about time. */
  readonly timeline: Timeline | null;
}

const read = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");

/** One file that needs nothing else: verdict, checks, charts on one axis of time, figures. */
export function renderPage(document: Document): string {
  const { title, verdict, endedAt, place, tiles, checks, notes, timeline } = document;
  const inOrder = checks.toSorted((a, b) => Number(a.holds) - Number(b.holds));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${quote(verdict.headline)} ${quote(title)}</title>
<style>${read("page.css")}</style>
<header class="${verdict.kind}">
<h1>${quote(verdict.headline)}</h1>
<p><b>${quote(title)}</b></p>
${verdict.story ? `<p>${quote(verdict.story)}</p>` : ""}
<p class="soft">${quote(place)}, ${new Date(endedAt).toISOString().replace("T", " ").slice(0, 16)} UTC.</p>
</header>
<main>
${tiles.length > 0 ? `<ul class="tiles">${tiles.map(({ value, what }) => `<li><b>${quote(value)}</b><span class="soft">${quote(what)}</span></li>`).join("")}</ul>` : ""}
<h2>What was checked</h2>
<ul class="checks">${inOrder.map(drawCheck).join("")}</ul>
${timeline ? drawTimeline(timeline) : ""}
<h2>Figures</h2>
<table>${notes.map(({ what, figures }) => `<tr><td>${quote(what)}<td>${quote(figures)}`).join("")}</table>
</main>
</html>
`;
}

function drawCheck({ what, holds, figures }: Check): string {
  const mark = holds
    ? `<span class="sign" title="holds">✓</span>`
    : `<span class="sign" title="does not hold">✗</span>`;
  const [, rule, words = what] = /^([A-Z]\d+): (.*)$/.exec(what) ?? [];
  const title = `<b>${quote(capital(words))}</b>${rule ? ` <small>${rule}</small>` : ""}`;
  return `<li class="${holds ? "holds" : "fails"}">${mark}<div>${title}<p>${quote(figures)}</p></div></li>`;
}

function drawTimeline(timeline: Timeline): string {
  const { axis, charts } = timeline;
  const data = { ...axis, charts: charts.map(({ series }) => series.map(({ values }) => values.map(short))) };
  return `<h2>What happened</h2>
<section class="charts">
${drawStrip(timeline)}
${charts.map((chart, at) => drawChart(chart, axis, at)).join("\n")}
</section>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script type="module">${read("cursor.js")}</script>`;
}

/** Tier and incidents: they stay in sight above the charts. */
function drawStrip({ axis, tiers }: Timeline): string {
  const lasts = axis.steps * axis.stepSeconds;
  const place = (seconds: number) => Math.max(0, Math.min(100, (100 * (seconds - axis.firstSeconds)) / lasts));
  const bands = tiers.map(({ seconds, tier }, at) => {
    const [left, right] = [place(seconds), place(tiers[at + 1]?.seconds ?? axis.firstSeconds + lasts)];
    if (right <= left) return "";
    return `<span class="tier" style="left:${left}%;width:${right - left}%;background:var(--${tier})" title="${tier}">${tier}</span>`;
  });
  const marks = axis.marks.map(({ seconds, what }, at) => {
    const left = place(seconds);
    const side = left > 60 ? `right:${100 - left}%;border-left:0;border-right:1px dashed` : `left:${left}%`;
    return `<span class="incident" style="top:${at * 18}px;${side}">${quote(what)}</span>`;
  });
  return `<div class="strip"><h3 class="strip-title">Tier <small id="moment"></small></h3><div class="band">${bands.join("")}</div>
${marks.length > 0 ? `<div class="marks" style="height:${marks.length * 18}px">${marks.join("")}</div>` : ""}</div>`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function short(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
