import { Icon } from "./icons.tsx";
import type { Viewed } from "./view.ts";

export function Header({ view }: Viewed) {
  const { words, chat, acts, person } = view;
  const { kind, name } = chat.responder;
  return (
    <header>
      <span class="avatar">{kind === "agent" && name ? [...name][0] : <Icon name="wave" />}</span>
      <div class="heading">
        <h2>{kind === "agent" && name ? name : words.title}</h2>
        <p>
          {chat.simulated && (
            <span class="badge" title={words.simulatedMeaning}>
              {words.simulated}
            </span>
          )}
          <span>{words.answering[chat.ready ? kind : "assistant"]}</span>
        </p>
      </div>
      {kind !== "agent" && (
        <button type="button" class="person" disabled={person.state === "asking"} onClick={acts.callPerson}>
          <Icon name="person" />
          {words.person}
        </button>
      )}
      <button type="button" class="action" aria-label={words.close} title={words.close} onClick={acts.close}>
        <Icon name="close" />
      </button>
    </header>
  );
}
