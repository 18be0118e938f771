import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { explain } from "../staff/explain.ts";
import { still } from "../staff/reading.tsx";
import { hasFailedStep } from "../widget/explain.ts";
import { openTextWriter } from "../widget/text-writer.ts";
import { CardLine } from "./card-line.tsx";
import type { Item } from "./desk/items.ts";
import { Said } from "./said.tsx";
import { useScene, useWords } from "./scene.tsx";

type AnswerItem = Extract<Item, { kind: "answer" }>;

/** An answer of the assistant, also while it is written. */
export const AnswerLine = still(({ item }: { item: AnswerItem }) => {
  const words = useWords();
  const [begun, setBegun] = useState(false);
  const { entry, cards } = item;
  const ended = entry.state === "ended";
  const running = entry.steps?.findLast(({ state }) => state === "running");
  const step = running && (words.lookingUp[running.tool] ?? words.lookingUpSomething);
  return (
    <Said by="assistant" name={words.assistant} label={words.madeByAi} at={ended ? entry.at : undefined}>
      <AnswerText turnId={entry.turnId} ended={ended} onBegun={() => setBegun(true)} />
      {!ended && (step || !begun) && <p class="step">{step ?? words.thinking}</p>}
      {Array.isArray(cards) && cards.length > 0 && (
        <ul class="cards">
          {cards.map((card, at) => (
            <CardLine key={at} card={card} />
          ))}
        </ul>
      )}
      {hasFailedStep(entry) && <p class="ending">{words.notLookedUp}</p>}
      {ended && <Ending item={item} />}
    </Said>
  );
});

/** How an answer ended, where it is not simply complete. */
function Ending({ item }: { item: AnswerItem }) {
  const words = useWords();
  const { outcome, error } = item.entry;
  if (outcome === undefined || outcome === "completed") return null;
  const sentence = words.outcomes[outcome] ?? words.outcomes.failed;
  return (
    <p class="ending" data-outcome={outcome}>
      {error ? `${sentence}${words.comma}${explain(error, words)}` : sentence}
    </p>
  );
}

interface AnswerTextProps {
  readonly turnId: string;
  readonly ended: boolean;
  /** Called when the first words stand on the page. */
  onBegun(): void;
}

/** The text, written straight into the page: it never passes through any state. */
function AnswerText({ turnId, ended, onBegun }: AnswerTextProps) {
  const { desk } = useScene();
  const place = useRef<HTMLDivElement>(null);
  const finish = useRef<() => void>(() => {});
  useLayoutEffect(() => {
    if (!place.current) return;
    let begun = false;
    const writer = openTextWriter(place.current, () => {
      if (!begun) onBegun();
      begun = true;
    });
    const unwatch = desk.watchText(turnId, writer);
    finish.current = writer.end;
    return () => {
      unwatch();
      writer.close();
    };
  }, [desk, turnId]);
  useLayoutEffect(() => {
    if (ended) finish.current();
  }, [ended]);
  return <div class={ended ? "text" : "text streaming"} dir="auto" ref={place} />;
}
