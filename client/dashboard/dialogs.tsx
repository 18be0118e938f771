import { useState } from "preact/hooks";
import type { Tier } from "../../src/contract/shapes.ts";
import { type DialogProps, Modal } from "../staff/dialog.tsx";
import { useFeed, useFormats, useScene, useUi, useWords } from "./scene.tsx";

/** Whatever the operator is about to do is asked once more, with what it means. */
export function Dialogs() {
  const intent = useUi((ui) => ui.intent);
  switch (intent?.kind) {
    case undefined:
      return null;
    case "hold":
      return <Hold />;
    case "let-go":
      return <LetGo />;
    case "pause":
      return <Pause />;
    case "resume":
      return <Resume />;
    case "drain":
      return <Drain nodeId={intent.nodeId} />;
    case "bring-back":
      return <BringBack nodeId={intent.nodeId} />;
    default:
      return intent satisfies never;
  }
}

function Dialog(props: DialogProps) {
  const { acts } = useScene();
  return <Modal {...props} words={useWords()} onClose={() => acts.intend(null)} />;
}

const tiers: readonly Tier[] = ["high", "medium", "degraded"];

function Hold() {
  const { acts } = useScene();
  const { tier: words } = useWords();
  const now = useFeed(({ service }) => service?.tier.tier ?? "high");
  const [tier, setTier] = useState<Tier>(now);
  return (
    <Dialog
      title={plain(words.hold)}
      lead={words.holdLead}
      confirm={plain(words.hold)}
      onConfirm={() => acts.hold(tier)}
    >
      <fieldset class="choices">
        <legend class="heard">{words.title}</legend>
        {tiers.map((each) => (
          <label class="choice" key={each}>
            <input type="radio" name="tier" checked={each === tier} onChange={() => setTier(each)} />
            <span>
              <b>{words.names[each]}</b> <span class="faint">{words.means[each]}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </Dialog>
  );
}

function LetGo() {
  const { acts } = useScene();
  const { tier: words } = useWords();
  return (
    <Dialog
      title={plain(words.letGo)}
      lead={words.letGoLead}
      confirm={plain(words.letGo)}
      onConfirm={() => acts.hold(null)}
    />
  );
}

const usualMinutes = [5, 15, 30, 60] as const;
/** As the server takes them. */
const mostMinutes = 1_440;

function Pause() {
  const { acts } = useScene();
  const { line: words } = useWords();
  const [minutes, setMinutes] = useState<number>(15);
  const isFine = Number.isInteger(minutes) && minutes >= 1 && minutes <= mostMinutes;
  return (
    <Dialog
      title={plain(words.pause)}
      lead={words.pauseLead}
      confirm={plain(words.pause)}
      disabled={!isFine}
      onConfirm={() => acts.pause(minutes)}
    >
      <div class="acts">
        {usualMinutes.map((each) => (
          <button
            key={each}
            type="button"
            class="button"
            aria-pressed={each === minutes}
            onClick={() => setMinutes(each)}
          >
            {each}
          </button>
        ))}
      </div>
      <label>
        {words.minutes}
        <input
          type="number"
          min={1}
          max={mostMinutes}
          step={1}
          value={Number.isNaN(minutes) ? "" : minutes}
          onInput={(event) => setMinutes(event.currentTarget.valueAsNumber)}
        />
      </label>
    </Dialog>
  );
}

function Resume() {
  const { acts } = useScene();
  const { line: words } = useWords();
  return (
    <Dialog
      title={plain(words.resume)}
      lead={words.resumeLead}
      confirm={plain(words.resume)}
      onConfirm={() => acts.pause(null)}
    />
  );
}

function useNode(nodeId: string) {
  return useFeed(({ service }) => service?.nodes.find((node) => node.nodeId === nodeId));
}

function Drain({ nodeId }: { readonly nodeId: string }) {
  const { acts } = useScene();
  const { nodes: words } = useWords();
  const formats = useFormats();
  const node = useNode(nodeId);
  return (
    <Dialog
      title={words.drainOf(node?.name ?? nodeId)}
      lead={words.drainLead(formats.count(node?.customers ?? 0), formats.count(node?.openAnswers ?? 0))}
      confirm={plain(words.drain)}
      onConfirm={() => acts.drain(nodeId, true)}
    />
  );
}

function BringBack({ nodeId }: { readonly nodeId: string }) {
  const { acts } = useScene();
  const { nodes: words } = useWords();
  const node = useNode(nodeId);
  return (
    <Dialog
      title={words.bringBackOf(node?.name ?? nodeId)}
      lead={words.bringBackLead}
      confirm={plain(words.bringBack)}
      onConfirm={() => acts.drain(nodeId, false)}
    />
  );
}

/** Three dots say that there is a question before it is done; in the question they have no place. */
function plain(label: string): string {
  return label.replace(/…$/, "");
}
