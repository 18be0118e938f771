import { byMinute, height, pathOf, pointsOf, roundAbove, width } from "./curve.ts";
import { unknown } from "./format.ts";
import { type ChartProps, useWords } from "./scene.tsx";

export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

interface Props extends ChartProps {
  readonly id: string;
  readonly title: string;
  readonly series: readonly Series[];
  /** The least that the scale reaches to, so that a calm service looks calm. */
  readonly least: number;
  show(value: number): string;
}

/** Lines over the last quarter of an hour, told apart by dash and colour; the same as a table, for those who cannot see them. */
export function Chart({ id, title, series, history, now, least, show }: Props) {
  const words = useWords();
  const lines = series.map(({ name, values }) => ({ name, values, points: pointsOf(history.at, values, now) }));
  const most = Math.max(0, ...lines.flatMap(({ points }) => points.map(({ value }) => value)));
  const top = roundAbove(Math.max(least, most));
  const told = (value: number | null | undefined) => (value === null || value === undefined ? unknown : show(value));
  const spoken = lines.map(({ name, values, points }) =>
    words.charts.spoken(
      name,
      told(values.at(-1)),
      told(points.length === 0 ? null : Math.max(...points.map((p) => p.value))),
    ),
  );
  return (
    <figure class="chart">
      <figcaption>
        <h3 id={`chart-${id}`}>{title}</h3>
        <ul class="legend">
          {lines.map(({ name, values }, at) => (
            <li key={name} data-series={at}>
              <svg viewBox="0 0 28 8" class="stroke" aria-hidden="true">
                <path d="M1 4H27" />
              </svg>
              {name} <b>{told(values.at(-1))}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <div class="plot">
        <span class="tick" data-at="top" aria-hidden="true">
          {show(top)}
        </span>
        <span class="tick" data-at="middle" aria-hidden="true">
          {show(top / 2)}
        </span>
        <span class="tick" data-at="bottom" aria-hidden="true">
          {show(0)}
        </span>
        <svg
          class="curves"
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}. ${spoken.join(". ")}`}
        >
          <path class="grid" d={gridPath} />
          {lines.map(({ name, points }, at) => (
            <path key={name} class="curve" data-series={at} d={pathOf(points, top, now)} />
          ))}
        </svg>
        <span class="axis" aria-hidden="true">
          {[15, 10, 5, 0].map((minutes) => (
            <span key={minutes}>{words.charts.minutesAgo(minutes)}</span>
          ))}
        </span>
      </div>
      <details>
        <summary>{words.charts.table}</summary>
        <MinuteTable id={id} series={series} history={history} now={now} told={told} />
      </details>
    </figure>
  );
}

const gridPath = [0, 0.5, 1].map((share) => `M0 ${share * height}H${width}`).join("") + thirds();

function thirds(): string {
  return [1, 2].map((third) => `M${(third * width) / 3} 0V${height}`).join("");
}

interface TableProps extends ChartProps {
  readonly id: string;
  readonly series: readonly Series[];
  told(value: number | null): string;
}

function MinuteTable({ id, series, history, now, told }: TableProps) {
  const { charts } = useWords();
  const columns = series.map(({ values }) => byMinute(history.at, values, now));
  return (
    <table aria-labelledby={`chart-${id}`}>
      <thead>
        <tr>
          <th scope="col">{charts.time}</th>
          {series.map(({ name }) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: 15 }, (_, minutes) => (
          <tr key={minutes}>
            <th scope="row">{charts.minutesAgo(minutes)}</th>
            {columns.map((values, at) => (
              <td key={series[at]?.name}>{told(values[minutes] ?? null)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
