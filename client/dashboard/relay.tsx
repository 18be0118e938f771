import { type PartProps, useFormats, useWords } from "./scene.tsx";
import { Title } from "./title.tsx";

/** Ends that are no failures. */
const good = new Set(["complete", "aborted", "declined"]);

/** How attempts at the relay ended, what it is spared, and whether Redis is there. */
export function RelayHealth({ service }: PartProps) {
  const { relay: words } = useWords();
  const formats = useFormats();
  const { attempts, pauses, quiet } = service.relay;
  const rows = Object.entries(attempts).sort(([, one], [, other]) => other - one);
  const all = rows.reduce((sum, [, count]) => sum + count, 0);
  const { state, failures } = service.redis;
  return (
    <>
      <Title part="relay" lead={words.lead}>
        {words.title}
      </Title>
      {rows.length === 0 ? (
        <p class="faint">{words.none}</p>
      ) : (
        <table class="outcomes">
          <thead>
            <tr>
              <th scope="col">{words.outcome}</th>
              <th scope="col">{words.count}</th>
              <th scope="col">{words.share}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([outcome, count]) => (
              <tr key={outcome} data-bad={!good.has(outcome)}>
                <th scope="row">{words.outcomes[outcome] ?? outcome}</th>
                <td>{formats.count(count)}</td>
                <td>{formats.share(count / all)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pauses > 0 && <p class="notice">{words.pauses(formats.count(pauses))}</p>}
      {quiet.map(({ model, leftMs }) => (
        <p class="notice" key={model}>
          {words.quiet(model, formats.span(leftMs))}
        </p>
      ))}
      <p class="redis" data-state={state}>
        <b>{words.redis}</b> <span class="state">{words.redisStates[state] ?? state}</span>
        {failures > 0 && <span class="faint"> {words.redisFailures(formats.count(failures))}</span>}
      </p>
    </>
  );
}
