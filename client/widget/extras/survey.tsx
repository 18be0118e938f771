import type { WireError } from "../../../src/contract/errors.ts";
import type { ChatState, Entry } from "../../chat/chat.ts";
import { keyOf } from "../../chat/entries.ts";
import type { Keeper } from "../../chat/keeper.ts";
import { explain } from "../explain.ts";
import type { Extended, View } from "../view.ts";
import { Icon } from "./icons.tsx";

const scores = [1, 2, 3, 4, 5] as const;
const name = "rated";

/** What the menu needs of it. */
export interface Survey {
  /** Whether there is anything to be rated: somebody has answered. */
  isPossible(chat: ChatState): boolean;
  /** The customer says that this is the end. */
  end(view: View): void;
  Survey(props: Extended): ReturnType<typeof Form> | null;
}

/** Asks once at each end of a conversation, and never where nobody answered. */
export function openSurvey(keeper: Keeper): Survey {
  /** What the customer called the end. */
  let endedBy: string | undefined;
  let score = 0;
  let fault: WireError | undefined;

  const close = ({ acts }: View, end: string, how: "rated" | "skipped") => {
    keeper.write(name, `${how} ${end}`);
    acts.redraw();
  };

  async function rate(view: View, end: string, comment: string): Promise<void> {
    const { acts } = view;
    const given = score;
    fault = undefined;
    try {
      await acts.ask("conversation:rate", { score: given, ...(comment && { comment }) });
    } catch (error) {
      // CAST: commands reject with wire errors only.
      fault = error as WireError;
      return acts.redraw();
    }
    acts.emit("rated", { score: given });
    close(view, end, "rated");
  }

  return {
    isPossible: ({ entries }) => entries.some(isAnswer),

    end(view) {
      const last = view.chat.entries.at(-1);
      endedBy = last && keyOf(last);
      keeper.write(name, null);
      view.acts.redraw();
    },

    Survey({ view, more }) {
      const end = endOf(view.chat.entries, endedBy);
      if (end === undefined) return null;
      const kept = keeper.read(name);
      if (kept === `rated ${end}`) return <p class="system">{more.thanksForRating}</p>;
      if (kept === `skipped ${end}`) return null;
      return Form({
        more,
        score,
        fault: fault && explain(fault, view.words),
        choose(next) {
          score = next;
          view.acts.redraw();
        },
        send: (comment) => void rate(view, end, comment),
        skip: () => close(view, end, "skipped"),
      });
    },
  };
}

/** The last line, if the conversation ends there: an agent has closed it, or the customer has said so. */
function endOf(entries: readonly Entry[], endedBy: string | undefined): string | undefined {
  const last = entries.at(-1);
  if (!last || !entries.some(isAnswer)) return undefined;
  const key = keyOf(last);
  const isResolved = last.kind === "system" && last.notice?.kind === "resolved";
  return isResolved || key === endedBy ? key : undefined;
}

function isAnswer(entry: Entry): boolean {
  if (entry.kind === "answer") return entry.outcome === "completed" || entry.outcome === "truncated";
  return entry.kind === "agent";
}

interface FormProps extends Pick<Extended, "more"> {
  score: number;
  fault: string | undefined;
  choose(score: number): void;
  send(comment: string): void;
  skip(): void;
}

function Form({ more, score, fault, choose, send, skip }: FormProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // CAST: it listens to a form.
    const comment = new FormData(event.currentTarget as HTMLFormElement).get("comment");
    if (score > 0) send(`${comment ?? ""}`.trim());
  };
  return (
    <form class="survey" onSubmit={submit}>
      <fieldset>
        <legend>{more.howWasIt}</legend>
        {scores.map((value) => (
          <label key={value} data-lit={value <= score} title={more.score(value)}>
            <input
              type="radio"
              name="score"
              value={value}
              aria-label={more.score(value)}
              checked={value === score}
              onChange={() => choose(value)}
            />
            <Icon name="star" />
          </label>
        ))}
      </fieldset>
      {score > 0 && (
        <textarea
          name="comment"
          rows={2}
          maxLength={2_000}
          dir="auto"
          aria-label={more.comment}
          placeholder={more.comment}
        />
      )}
      {fault && <p class="fault">{fault}</p>}
      <div class="survey-ends">
        <button type="button" class="pill" onClick={skip}>
          {more.skip}
        </button>
        {score > 0 && (
          <button type="submit" class="pill">
            {more.rate}
          </button>
        )}
      </div>
    </form>
  );
}
