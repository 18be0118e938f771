import type { Entry } from "../../chat/chat.ts";
import { explainNotice } from "../explain.ts";
import type { View } from "../view.ts";
import { cardLines } from "./card-lines.ts";
import type { MoreWords } from "./words/words.ts";

/** The conversation as Markdown: who said what and when, with the label of the AI on each of its answers. */
export function transcriptOf(view: Pick<View, "words" | "chat" | "acts">, more: MoreWords, now = new Date()): string {
  const { words, chat } = view;
  const saidAt = (at: number | undefined) =>
    at === undefined ? "" : ` · ${new Date(at).toLocaleString(words.locale)}`;
  const says = (who: string, at: number | undefined, text: string) => `**${who}**${saidAt(at)}\n\n${text}`;

  function paragraph(entry: Entry): string {
    const { at } = entry;
    switch (entry.kind) {
      case "question":
        return says(words.you, at, entry.text);
      case "answer": {
        const cards = (entry.cards ?? []).flatMap((card) => cardLines(card, more, words.locale));
        const text = [view.acts.textOf(entry.turnId), cards.join("\n")].filter(Boolean).join("\n\n");
        return says(more.labelled(words.assistant, words.madeByAi), at, text);
      }
      case "agent":
        return says(more.labelled(entry.name ?? words.team, words.team), at, entry.text);
      case "system":
        return `— ${explainNotice(entry, words)}${saidAt(at)}`;
      default:
        return entry satisfies never;
    }
  }

  const head = `# ${words.title} · ${words.transcript}\n\n${now.toLocaleString(words.locale)} · ${words.footnote}`;
  return `${[head, ...chat.entries.map(paragraph)].join("\n\n---\n\n")}\n`;
}

/** Gives the customer a file; nothing is sent anywhere. */
export function saveFile(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.md`;
  link.click();
  // The browser has begun to read by the time that it has time for this.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
