import type { DeskState } from "./desk/desk.ts";
import type { Item } from "./desk/items.ts";
import { nameOf } from "./names.tsx";
import type { Scene } from "./scene.tsx";

/** Tells the ear what the eye sees happen in the open conversation, sparsely, and when the connection goes or is back. */
export function narrate({ desk, settings, announcer }: Omit<Scene, "signOut">): () => void {
  let before = desk.state;
  return desk.subscribe(() => {
    const after = desk.state;
    const { words } = settings.now;
    if (before.link === "online" && after.link === "reconnecting") announcer.alert(words.links.reconnecting);
    if (before.link === "reconnecting" && after.link === "online") announcer.say(words.spoken.online);
    for (const item of arrivalsBetween(before, after)) {
      const text = textFor(item);
      if (text) announcer.say(text);
    }
    before = after;
  });

  function textFor(item: Item): string | undefined {
    const { words } = settings.now;
    if (item.kind === "answer") return item.entry.state === "ended" ? words.spoken.answered : words.bar.answering;
    if (item.kind !== "said" || item.message.author !== "customer") return undefined;
    const summary = desk.inbox.row(desk.state.thread?.conversationId ?? "");
    return words.spoken.says(summary ? nameOf(summary, words) : words.guest, item.message.text.slice(0, mostSpoken));
  }
}

const mostSpoken = 300;

/** What is new, or has come further, in a conversation that was already there. */
export function arrivalsBetween({ thread: before }: DeskState, { thread: after }: DeskState): readonly Item[] {
  const isSame = before?.conversationId === after?.conversationId && before?.status === "ready";
  if (!before || !after || !isSame || before.items === after.items) return [];
  const known = new Set(before.items.map(stageOf));
  return after.items.filter((item) => !known.has(stageOf(item)));
}

const stageOf = (item: Item) => (item.kind === "answer" ? `${item.key} ${item.entry.state === "ended"}` : item.key);
