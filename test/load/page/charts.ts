/** One line, or one layer, of a chart: a value for each step of time, null where there is none. */
export interface Series {
  readonly name: string;
  /** A custom property of the page's style, such as `--vip`. */
  readonly color: string;
  readonly values: readonly (number | null)[];
}

export interface Chart {
  readonly title: string;
  /** What a reader should know to read it. */
  readonly hint?: string;
  readonly unit: string;
  /** Layers add up; lines stand for themselves. */
  readonly kind: "layers" | "lines";
  readonly series: readonly Series[];
  /** A value that should not be passed. */
  readonly limit?: { readonly value: number; readonly name: string };
}

/** The time that all charts of a page share. */
export interface TimeAxis {
  readonly steps: number;
  readonly stepSeconds: number;
  /** Of the first step, in seconds from the moment that counts as zero. */
  readonly firstSeconds: number;
  readonly marks: readonly { readonly seconds: number; readonly what: string }[];
}

const height = 100;

/** A figure: title, legend, value axis and plot. The plot stretches with the page; words are never stretched. */
export function drawChart(chart: Chart, axis: TimeAxis, at: number): string {
  const { title, hint, unit, series, limit } = chart;
  const top = niceTop(Math.max(highestOf(chart), limit === undefined ? 0 : limit.value));
  const scale = (value: number) => round(height - (value / top) * height);
  const draw = chart.kind === "layers" ? drawLayers : drawLines;
  const limitLine = limit
    ? `<line class="limit" x1="0" x2="${axis.steps}" y1="${scale(limit.value)}" y2="${scale(limit.value)}"/>`
    : "";
  const marks = axis.marks.map(({ seconds }) => {
    const x = round((seconds - axis.firstSeconds) / axis.stepSeconds);
    return `<line class="mark" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`;
  });
  return `<figure data-chart="${at}">
<figcaption><h3>${quote(title)} <small>${quote(unit)}</small></h3>${legend(chart)}</figcaption>
${hint ? `<p class="hint">${quote(hint)}</p>` : ""}
<div class="plot"><div class="values"><span>${shown(top)}</span><span>${shown(top / 2)}</span><span>0</span></div>
<div class="field"><svg viewBox="0 0 ${axis.steps} ${height}" preserveAspectRatio="none" role="img" aria-label="${quote(`${title}: ${series.map(inWords).join("; ")}`)}">
<path class="grid" d="M0 0H${axis.steps}M0 ${height / 2}H${axis.steps}M0 ${height}H${axis.steps}"/>
${draw(series, scale)}${limitLine}${marks.join("")}</svg><i class="cursor"></i></div></div>
${drawTimes(axis)}
</figure>`;
}

/** The seconds under a plot. */
export function drawTimes({ steps, stepSeconds, firstSeconds }: TimeAxis): string {
  const lasts = steps * stepSeconds;
  const every = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600].find((each) => lasts / each <= 8) ?? 7_200;
  const ticks: string[] = [];
  for (let second = Math.ceil(firstSeconds / every) * every; second <= firstSeconds + lasts; second += every) {
    const left = round((100 * (second - firstSeconds)) / lasts);
    ticks.push(`<span class="time" style="left:${left}%">${timeOf(second)}</span>`);
  }
  return `<div class="times">${ticks.join("")}</div>`;
}

export function timeOf(seconds: number): string {
  if (Math.abs(seconds) < 120) return `${Math.round(seconds)} s`;
  const rest = Math.round(seconds) % 60;
  return rest === 0 ? `${Math.round(seconds) / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

function legend({ series, limit }: Chart): string {
  const items = series.map(
    ({ name, color }, at) =>
      `<li><i class="swatch" style="background:var(${color})"></i>${quote(name)} <output data-series="${at}"></output></li>`,
  );
  const last = limit ? [`<li><i class="swatch limit"></i>${quote(limit.name)}</li>`] : [];
  return `<ul>${[...items, ...last].join("")}</ul>`;
}

function drawLines(series: readonly Series[], scale: (value: number) => number): string {
  return series
    .map(({ color, values }) => {
      let path = "";
      for (const [at, value] of values.entries())
        if (value !== null)
          path += `${values[at - 1] == null ? "M" : "L"}${at + 0.5} ${scale(value)}${values[at - 1] == null ? "h0" : ""}`;
      return `<path class="line" style="stroke:var(${color})" d="${path}"/>`;
    })
    .join("");
}

function drawLayers(series: readonly Series[], scale: (value: number) => number): string {
  let below = series[0]?.values.map(() => 0) ?? [];
  const layers: string[] = [];
  for (const { color, values } of series) {
    const above = below.map((under, at) => under + (values[at] ?? 0));
    const there = above.map((value, at) => `${at}  ${scale(value)}H${at + 1}`).join("L");
    const back = below
      .map((value, at) => `${at + 1} ${scale(value)}H${at}`)
      .reverse()
      .join("L");
    layers.push(`<path class="layer" style="fill:var(${color})" d="M${there}L${back}Z"/>`);
    below = above;
  }
  return layers.join("");
}

function highestOf({ kind, series }: Chart): number {
  const values = kind === "lines" ? series.flatMap((each) => each.values) : sums(series);
  return values.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);
}

function sums(series: readonly Series[]): number[] {
  return (series[0]?.values ?? []).map((_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
}

/** The next of 1, 2, 5, 10, 20, … */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= value * 1.02) ?? 20) * power;
}

function inWords({ name, values }: Series): string {
  return `${name} up to ${shown(values.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0))}`;
}

function shown(value: number): string {
  return value >= 10 || Number.isInteger(value) ? Math.round(value).toLocaleString("en") : value.toPrecision(2);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function quote(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
