import { explain } from "./explain.ts";
import { Icon } from "./icons.tsx";
import type { View, Viewed } from "./view.ts";
import { minutesOf } from "./wait.ts";

/** The small bar about the connection. It lies over the thread, so that nothing moves when it comes and goes. */
export function LinkBar({ view }: Viewed) {
  const text = linkText(view);
  return text === undefined ? null : (
    <p class="link-bar" data-state={view.chat.link}>
      {text}
    </p>
  );
}

function linkText({ chat, words }: View): string | undefined {
  if (chat.link === "refused") return `${words.refused}. ${explain(chat.refusal, words)}`;
  if (!navigator.onLine) return words.offline;
  return chat.link === "online" ? undefined : words[chat.link];
}

/** The place in line: position, range, how far it has come, why there is a line, and the way out of it. */
export function LineBanner({ view }: Viewed) {
  const { words, chat, acts } = view;
  if (chat.place === null) return null;
  const { position, from, waitMs, turnId } = chat.place;
  const wait = waitMs === null ? "" : `${words.wait(...minutesOf(waitMs))}${words.comma}`;
  return (
    <div class="notice line" data-position={position}>
      <Icon name="clock" />
      <div>
        <p>
          <b>{words.place(position)}</b>
          {words.comma}
          <span>{wait}</span>
          {words.startsByItself}
        </p>
        <p class="why">{words.whyWaiting(chat.tier, view.titled)}</p>
      </div>
      <button type="button" class="pill" onClick={() => acts.stop(turnId)}>
        {words.leaveLine}
      </button>
      {/* Decoration: the position says the same in words. A new turn begins anew, without a way back. */}
      <span key={turnId} class="progress" aria-hidden="true" style={{ scale: `${(from - position + 1) / from} 1` }} />
    </div>
  );
}

/** How the wish for a person goes. */
export function PersonNotice({ view }: Viewed) {
  const { words, chat, person, acts, extras } = view;
  const state = chat.wish ? "waiting" : person.state;
  if (state === "none") return null;
  return (
    <div class="notice wish" data-state={state}>
      <Icon name="person" />
      <p>{personText(view)}</p>
      {state !== "asking" && (
        <button type="button" class="pill" onClick={acts.dropPerson}>
          {state === "waiting" ? words.cancel : words.dismiss}
        </button>
      )}
      {state === "away" && extras && <extras.LeaveForm view={view} more={extras.words} />}
    </div>
  );
}

export function personText({ words, person, chat }: Pick<View, "words" | "person" | "chat">): string {
  if (chat.wish) return words.waitingForPerson(chat.wish.position);
  switch (person.state) {
    case "none":
      return "";
    case "asking":
      return words.askingForPerson;
    case "refused":
    case "away":
      return person.reason;
    default:
      return person satisfies never;
  }
}
