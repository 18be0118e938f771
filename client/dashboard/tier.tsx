import { type PartProps, useFormats, useScene, useWords } from "./scene.tsx";
import { Title } from "./title.tsx";

/** The service level: which, why, since when; and the knob that holds it. */
export function TierCard({ service }: PartProps) {
  const { acts } = useScene();
  const { tier: words, since } = useWords();
  const formats = useFormats();
  const { tier, reason, since: sinceAt, by } = service.tier;
  const { attempts, late, failed } = service.signal;
  const isHeld = service.orders.tier !== null;
  return (
    <>
      <Title part="tier">{words.title}</Title>
      <p class="level" data-tier={tier}>
        <b>{words.names[tier] ?? tier}</b> <span class="faint">{since(formats.span(service.at - sinceAt))}</span>
      </p>
      <p class="why">
        <b>{by === undefined ? words.reasons[reason] : words.heldBy(by)}</b> {words.means[tier]}
      </p>
      <p class="faint">
        {attempts === 0
          ? words.noSignal
          : words.signal(formats.count(attempts), formats.count(late), formats.count(failed))}
      </p>
      <p class="acts">
        <button type="button" class="button" onClick={() => acts.intend({ kind: "hold" })}>
          {words.hold}
        </button>
        {isHeld && (
          <button type="button" class="button main" onClick={() => acts.intend({ kind: "let-go" })}>
            {words.letGo}
          </button>
        )}
      </p>
    </>
  );
}
