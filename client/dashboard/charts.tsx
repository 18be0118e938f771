import { Chart } from "./chart.tsx";
import { type ChartProps, useFormats, useWords } from "./scene.tsx";
import { Title } from "./title.tsx";

/** The last quarter of an hour as four charts. */
export function Charts(props: ChartProps) {
  const { charts: words } = useWords();
  const formats = useFormats();
  const { history } = props;
  return (
    <>
      <Title part="charts">{words.title}</Title>
      <div class="charts">
        <Chart
          {...props}
          id="latency"
          title={words.latency}
          least={500}
          show={formats.latency}
          series={[
            { name: "p50", values: history.p50Ms },
            { name: "p90", values: history.p90Ms },
            { name: "p99", values: history.p99Ms },
          ]}
        />
        <Chart
          {...props}
          id="load"
          title={words.load}
          least={10}
          show={formats.count}
          series={[
            { name: words.waiting, values: history.waiting },
            { name: words.openAnswers, values: history.openAnswers },
          ]}
        />
        <Chart
          {...props}
          id="flow"
          title={words.flow}
          least={2}
          show={formats.rate}
          series={[
            { name: words.starts, values: history.starts },
            { name: words.shed, values: history.shed },
          ]}
        />
        <Chart
          {...props}
          id="spending"
          title={words.spending}
          least={10}
          show={formats.rate}
          series={[{ name: words.tokens, values: history.outputTokens }]}
        />
      </div>
    </>
  );
}
