import { Icon } from "./icons.tsx";
import type { Viewed } from "./view.ts";

export function Header({ view }: Viewed) {
  const { words, chat, acts, person, extras } = view;
  const { kind, name } = chat.responder;
  const agentName = kind === "agent" && name;
  const isAsking = person.state === "asking";
  return (
    <header>
      <span class="avatar">{agentName ? [...agentName][0] : <Icon name="wave" />}</span>
      <div class="heading">
        <h2>{agentName || words.title}</h2>
        <p>
          {extras && <extras.SimulationBadge view={view} more={extras.words} />}
          <span>{words.answering[chat.ready ? kind : "assistant"]}</span>
        </p>
      </div>
      {kind !== "agent" && !chat.wish && (
        <button type="button" class="person" aria-disabled={isAsking} onClick={() => isAsking || acts.callPerson()}>
          {words.person}
        </button>
      )}
      <div class="menu-place">{extras && <extras.Menu view={view} more={extras.words} />}</div>
      <button type="button" class="action" aria-label={words.close} title={words.close} onClick={acts.close}>
        <Icon name="close" />
      </button>
    </header>
  );
}
