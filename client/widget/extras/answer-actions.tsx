import type { Rating } from "../../../src/contract/shapes.ts";
import type { AnswerEntry } from "../../chat/chat.ts";
import { isUnanswered } from "../explain.ts";
import type { Extended, View } from "../view.ts";
import { copyText } from "./clipboard.ts";
import { Icon, type IconName } from "./icons.tsx";

/** For how long a copy is confirmed. */
const copiedMs = 2_000;

/** What can be done with a finished answer. */
export function openAnswerActions() {
  /** Whose text has just been copied. */
  let copiedTurnId = "";

  async function copy({ acts }: View, turnId: string): Promise<void> {
    if (!(await copyText(acts.textOf(turnId)))) return;
    copiedTurnId = turnId;
    acts.redraw();
    setTimeout(() => {
      copiedTurnId = "";
      acts.redraw();
    }, copiedMs);
  }

  return function AnswerActions({ view, more, entry, isLast }: Extended & { entry: AnswerEntry; isLast: boolean }) {
    const { words, acts } = view;
    const { messageId, rating, turnId } = entry;
    const copied = turnId === copiedTurnId;
    const vote = (icon: "good" | "bad", value: Rating) =>
      messageId && (
        <Action icon={icon} label={more[icon]} pressed={rating === value} onClick={() => acts.rate(messageId, value)} />
      );
    return (
      <div>
        <div class="actions">
          <Action
            icon={copied ? "done" : "copy"}
            label={copied ? more.copied : more.copy}
            onClick={() => copy(view, turnId)}
          />
          {vote("good", "up")}
          {vote("bad", "down")}
          {isLast && !isUnanswered(entry) && (
            <Action icon="again" label={words.askAgain} onClick={() => acts.askAgain(turnId)} />
          )}
        </div>
        {rating && <RatingReply view={view} more={more} rating={rating} />}
      </div>
    );
  };
}

/** A bad mark is the moment to offer a person. */
function RatingReply({ view, more, rating }: Extended & { rating: Rating }) {
  const { words, acts, chat } = view;
  if (rating === "up") return <p class="ending">{more.thanksForGood}</p>;
  const isServed = chat.wish || chat.responder.kind === "agent";
  return (
    <p class="ending">
      <span>{isServed ? more.sorry : more.sorryForBad}</span>
      {!isServed && (
        <button type="button" class="pill" onClick={() => acts.callPerson()}>
          {words.person}
        </button>
      )}
    </p>
  );
}

interface ActionProps {
  icon: IconName;
  label: string;
  pressed?: boolean;
  onClick(): void;
}

function Action({ icon, label, pressed, onClick }: ActionProps) {
  return (
    <button type="button" class="action" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
