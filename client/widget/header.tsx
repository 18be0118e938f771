import { Icon } from "./icons.tsx";
import type { Viewed } from "./view.ts";

export function Header({ view }: Viewed) {
  const { words, chat, acts, person } = view;
  const { kind, name } = chat.responder;
  const agentName = kind === "agent" && name;
  const isAsking = person.state === "asking";
  return (
    <header>
      <span class="avatar">{agentName ? [...agentName][0] : <Icon name="wave" />}</span>
      <div class="heading">
        <h2>{agentName || words.title}</h2>
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
        <button type="button" class="person" aria-disabled={isAsking} onClick={() => isAsking || acts.callPerson()}>
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
