import { Folded } from "./folded.tsx";
import { type PartProps, useFormats, useWords } from "./scene.tsx";
import { Title } from "./title.tsx";

const mostShown = 8;

/** What operators have done lately: who, what, when. */
export function Audit({ service }: PartProps) {
  const { audit: words } = useWords();
  const formats = useFormats();
  return (
    <>
      <Title part="audit">{words.title}</Title>
      {service.audit.length === 0 ? (
        <p class="faint">{words.none}</p>
      ) : (
        <Folded
          name="audit"
          shown={mostShown}
          items={service.audit.map(({ at, by, what, about }) => (
            <li key={`${at} ${by} ${what} ${about}`}>
              <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
                {formats.timeOfDay(at)}
              </time>
              <span>
                <b>{by}</b> {words.deeds[what]?.(about) ?? what}
              </span>
            </li>
          ))}
        />
      )}
    </>
  );
}
