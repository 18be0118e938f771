import type { AgentViewer, Summary } from "../../src/contract/shapes.ts";
import type { Words } from "./words/words.ts";

export const nameOf = ({ customer }: Summary, words: Words): string => customer.name || words.guest;

/** The class of a customer, where it is more than a guest's. */
export function ClassMark({ summary, words }: { summary: Summary; words: Words }) {
  const { class: kind } = summary.customer;
  return kind === "guest" ? null : (
    <span class="class" data-class={kind}>
      {words.classes[kind]}
    </span>
  );
}

/** Two letters of two words, or the last two of a Chinese name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  if (words.length > 1)
    return words
      .map((word) => [...word][0] ?? "")
      .join("")
      .slice(0, 2)
      .toUpperCase();
  const letters = [...(words[0] ?? "")];
  return /\p{Script=Han}/u.test(name) ? letters.slice(-2).join("") : letters.slice(0, 2).join("");
}

const mostShown = 3;

/** Those who look at a conversation. */
export function Viewers({ viewers, label }: { viewers: readonly AgentViewer[]; label: string }) {
  if (viewers.length === 0) return null;
  const names = viewers.map(({ name }) => name).join(", ");
  return (
    <span class="viewers" role="img" aria-label={`${label}: ${names}`} title={names}>
      {viewers.slice(0, mostShown).map(({ agentId, name }) => (
        <span key={agentId} class="viewer" aria-hidden="true">
          {initialsOf(name)}
        </span>
      ))}
      {viewers.length > mostShown && <span aria-hidden="true">+{viewers.length - mostShown}</span>}
    </span>
  );
}
