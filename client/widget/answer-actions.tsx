import type { Rating } from "../../src/contract/shapes.ts";
import type { AnswerEntry } from "../chat/chat.ts";
import { copyText } from "./clipboard.ts";
import { isUnanswered } from "./explain.ts";
import { useLayoutEffect, useState, withHooks } from "./hooks.ts";
import { Icon, type IconName } from "./icons.tsx";
import type { Viewed } from "./view.ts";

/** How long "copied" is shown. */
const copiedMs = 2_000;

/** What can be done with a finished answer. */
export function AnswerActions({ view, entry, isLast }: Viewed & { entry: AnswerEntry; isLast: boolean }) {
  const { words, acts } = view;
  const { messageId, rating, turnId } = entry;
  const vote = (value: Rating) => messageId && acts.rate(messageId, value);
  return (
    <>
      <div class="actions">
        <CopyButton view={view} turnId={turnId} />
        {messageId && (
          <>
            <ActionButton icon="good" label={words.good} pressed={rating === "up"} onClick={() => vote("up")} />
            <ActionButton icon="bad" label={words.bad} pressed={rating === "down"} onClick={() => vote("down")} />
          </>
        )}
        {isLast && !isUnanswered(entry) && (
          <ActionButton icon="again" label={words.askAgain} onClick={() => acts.askAgain(turnId)} />
        )}
      </div>
      {rating && <RatingReply view={view} rating={rating} />}
    </>
  );
}

/** A bad mark is the moment to offer a person. */
function RatingReply({ view, rating }: Viewed & { rating: Rating }) {
  const { words, acts } = view;
  if (rating === "up") return <p class="ending">{words.thanksForGood}</p>;
  return (
    <p class="ending">
      <span>{words.sorryForBad}</span>
      <button type="button" class="pill" onClick={acts.callPerson}>
        {words.person}
      </button>
    </p>
  );
}

const CopyButton = withHooks(({ view, turnId }: Viewed & { turnId: string }) => {
  const [copied, setCopied] = useState(false);
  useLayoutEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), copiedMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const { words, acts } = view;
  return (
    <ActionButton
      icon={copied ? "done" : "copy"}
      label={copied ? words.copied : words.copy}
      onClick={async () => setCopied(await copyText(acts.textOf(turnId)))}
    />
  );
});

interface ActionButtonProps {
  icon: IconName;
  label: string;
  pressed?: boolean;
  onClick(): void;
}

function ActionButton({ icon, label, pressed, onClick }: ActionButtonProps) {
  return (
    <button type="button" class="action" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
