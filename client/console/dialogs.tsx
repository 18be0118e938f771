import { useState } from "preact/hooks";
import { CannedEditor } from "./canned-editor.tsx";
import { Dialog } from "./dialog.tsx";
import { useDesk, useScene, useUi, useWords } from "./scene.tsx";

/** Whichever dialog is asked for. */
export function Dialogs() {
  const dialog = useUi((ui) => ui.dialog);
  switch (dialog) {
    case "handback":
      return <HandBack />;
    case "transfer":
      return <Transfer />;
    case "resolve":
      return <Resolve />;
    case "canned":
      return <CannedEditor />;
    case "help":
      return <Help />;
    case null:
      return null;
    default:
      return dialog satisfies never;
  }
}

interface NoteProps {
  readonly note: string;
  onNote(note: string): void;
}

function Note({ note, onNote }: NoteProps) {
  const { dialogs } = useWords();
  return (
    <label>
      {dialogs.note}
      <textarea rows={3} maxLength={2_000} value={note} onInput={(event) => onNote(event.currentTarget.value)} />
    </label>
  );
}

function HandBack() {
  const { acts } = useScene();
  const words = useWords();
  const [note, setNote] = useState("");
  return (
    <Dialog
      title={words.handBack}
      lead={words.dialogs.handBackLead}
      confirm={words.handBack}
      onConfirm={() => acts.handBack(note)}
    >
      <Note note={note} onNote={setNote} />
    </Dialog>
  );
}

function Transfer() {
  const { acts } = useScene();
  const words = useWords();
  const [note, setNote] = useState("");
  const { agents, me } = useDesk((state) => state);
  const others = agents
    .filter(({ agentId }) => agentId !== me?.agentId)
    .sort((a, b) => Number(a.state === "away") - Number(b.state === "away"));
  const [to, setTo] = useState(others.find(({ state }) => state === "available")?.agentId);
  return (
    <Dialog
      title={words.transfer}
      lead={to === undefined ? words.dialogs.nobodyElse : words.dialogs.transferLead}
      confirm={words.transfer}
      disabled={to === undefined}
      onConfirm={() => to !== undefined && acts.transfer(to, note)}
    >
      <fieldset>
        <legend class="heard">{words.transfer}</legend>
        {others.map(({ agentId, name, state }) => (
          <label key={agentId} class="choice">
            <input
              type="radio"
              name="to"
              disabled={state === "away"}
              checked={agentId === to}
              onChange={() => setTo(agentId)}
            />
            <span dir="auto">{name}</span>
            <span class="faint">{words.presence[state]}</span>
          </label>
        ))}
      </fieldset>
      <Note note={note} onNote={setNote} />
    </Dialog>
  );
}

/** As many tags, and as long ones, as the server takes. */
const most = { tags: 10, chars: 50 };

export function tagsIn(text: string): string[] {
  const tags = text.split(/[,，、]/).map((tag) => tag.trim().slice(0, most.chars));
  return [...new Set(tags)].filter((tag) => tag !== "").slice(0, most.tags);
}

function Resolve() {
  const { acts } = useScene();
  const words = useWords();
  const { dialogs } = words;
  const [note, setNote] = useState("");
  const [tags, setTags] = useState("");
  const chosen = tagsIn(tags);
  const toggle = (tag: string) =>
    setTags((chosen.includes(tag) ? chosen.filter((one) => one !== tag) : [...chosen, tag]).join(words.comma));
  return (
    <Dialog
      title={words.resolve}
      lead={dialogs.resolveLead}
      confirm={words.resolve}
      onConfirm={() => acts.resolve(chosen, note)}
    >
      <div class="acts">
        {dialogs.usualTags.map((tag) => (
          <button key={tag} type="button" class="tag" aria-pressed={chosen.includes(tag)} onClick={() => toggle(tag)}>
            {tag}
          </button>
        ))}
      </div>
      <label>
        {dialogs.tags}
        <input
          type="text"
          value={tags}
          placeholder={dialogs.tagsHint}
          onInput={(event) => setTags(event.currentTarget.value)}
        />
      </label>
      <Note note={note} onNote={setNote} />
    </Dialog>
  );
}

function Help() {
  const words = useWords();
  return (
    <Dialog title={words.settings.help}>
      <dl class="keys">
        {words.keys.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
