import { maxChars } from "../limits.ts";
import type { Extended } from "../view.ts";

/** Where nobody of the team is there: a message for those who come. */
export function LeaveForm({ view, more }: Extended) {
  const { person, acts } = view;
  const busy = person.state === "away" && person.busy;
  const leave = (event: SubmitEvent) => {
    event.preventDefault();
    // CAST: it listens to a form.
    const text = `${new FormData(event.currentTarget as HTMLFormElement).get("text")}`.trim();
    if (text !== "" && !busy) acts.callPerson(text);
  };
  return (
    <form class="leave" onSubmit={leave}>
      <label>
        {more.leaveMessage}
        <textarea name="text" rows={2} maxLength={maxChars} required dir="auto" placeholder={more.leaveHint} />
      </label>
      <button type="submit" class="pill" aria-disabled={busy}>
        {busy ? view.words.sending : more.leave}
      </button>
    </form>
  );
}
