import { unknown } from "./format.ts";
import { type PartProps, useFormats, useScene, useWords } from "./scene.tsx";
import { Figure, Title } from "./title.tsx";

/** Who waits, class by class; and the knob that pauses guests. */
export function Line({ service }: PartProps) {
  const { acts } = useScene();
  const { line: words } = useWords();
  const formats = useFormats();
  const { guests } = service.orders;
  const all = service.lines.reduce((sum, { waiting }) => sum + waiting, 0);
  const oldest = Math.max(0, ...service.lines.map(({ oldestWaitMs }) => oldestWaitMs));
  const wait = (waiting: number, ms: number) => (waiting === 0 ? unknown : formats.span(ms));
  return (
    <>
      <Title part="line">{words.title}</Title>
      <table class="line">
        <thead>
          <tr>
            <td />
            <th scope="col">{words.waiting}</th>
            <th scope="col">{words.oldest}</th>
          </tr>
        </thead>
        <tbody>
          {service.lines.map(({ class: name, waiting, oldestWaitMs }) => (
            <tr key={name} data-class={name}>
              <th scope="row">{words.classes[name] ?? name}</th>
              <td>{formats.count(waiting)}</td>
              <td>{wait(waiting, oldestWaitMs)}</td>
            </tr>
          ))}
          <tr class="sum">
            <th scope="row">{words.all}</th>
            <td>{formats.count(all)}</td>
            <td>{wait(all, oldest)}</td>
          </tr>
        </tbody>
      </table>
      {guests && <p class="notice">{words.pausedFor(formats.span(guests.until - service.at), guests.by)}</p>}
      <p class="acts">
        <button type="button" class="button" onClick={() => acts.intend({ kind: "pause" })}>
          {words.pause}
        </button>
        {guests && (
          <button type="button" class="button main" onClick={() => acts.intend({ kind: "resume" })}>
            {words.resume}
          </button>
        )}
      </p>
    </>
  );
}

/** How long the relay takes to the first token: the median, and the worst tenth and hundredth. */
export function FirstToken({ service }: PartProps) {
  const { firstToken: words } = useWords();
  const formats = useFormats();
  const { count, p50Ms, p90Ms, p99Ms } = service.firstTokens;
  return (
    <>
      <Title part="first-token" lead={words.lead}>
        {words.title}
      </Title>
      <dl class="figures large">
        <Figure name="p50" value={formats.latency(p50Ms)} />
        <Figure name="p90" value={formats.latency(p90Ms)} />
        <Figure name="p99" value={formats.latency(p99Ms)} />
      </dl>
      {count === 0 && <p class="faint">{words.none}</p>}
    </>
  );
}

/** What comes and goes each second. */
export function Flow({ service }: PartProps) {
  const { flow: words, perSecond } = useWords();
  const formats = useFormats();
  const { rates, openAnswers, starting } = service;
  return (
    <>
      <Title part="flow">{words.title}</Title>
      <dl class="figures">
        <Figure name={words.starts} value={formats.rate(rates.starts)} unit={perSecond} />
        <Figure name={words.openAnswers} value={formats.count(openAnswers)} />
        <Figure name={words.shed} value={formats.rate(rates.shed)} unit={perSecond} isBad={rates.shed > 0} />
        <Figure name={words.starting} value={formats.count(starting)} />
        <Figure name={words.tokensOut} value={formats.rate(rates.outputTokens)} unit={perSecond} />
        <Figure name={words.tokensIn} value={formats.rate(rates.inputTokens)} unit={perSecond} />
        <Figure name={words.refused} value={formats.rate(rates.refused)} unit={perSecond} isBad={rates.refused > 0} />
      </dl>
    </>
  );
}

/** What it costs now and has cost today, beside the budget. */
export function Cost({ service }: PartProps) {
  const { cost: words, perMinute } = useWords();
  const formats = useFormats();
  const { currency, perMinute: now, today, budget } = service.cost;
  const share = budget === null || budget === 0 ? 0 : today / budget;
  return (
    <>
      <Title part="cost">{words.title}</Title>
      <dl class="figures large">
        <Figure name={words.now} value={formats.money(now, currency)} unit={perMinute} />
        <Figure name={words.today} value={formats.money(today, currency)} isBad={share >= 1} />
      </dl>
      {budget === null ? (
        <p class="faint">{words.noBudget}</p>
      ) : (
        <label class="budget" data-bad={share >= 0.8}>
          <span>{words.ofBudget(formats.share(share), formats.money(budget, currency))}</span>
          <meter min={0} max={1} low={0.8} high={0.95} optimum={0} value={Math.min(1, share)} />
        </label>
      )}
    </>
  );
}
