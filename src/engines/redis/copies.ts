import type { Message } from "../../contract/shapes.ts";

/** Copies beyond so many, or beyond so much text, are thrown away, those that were put there longest ago first. */
const mostCopies = 5_000;
const mostChars = 50_000_000;

/** The messages of a conversation as Redis had them at some moment. */
export interface Copy {
  /** Another one than Redis has by now where a message was changed, or the conversation is another. */
  readonly edition: string;
  /** In the order in which they are stored, none left out. */
  readonly messages: readonly Message[];
  /** About how long they are. */
  readonly chars: number;
}

/**
 * What this node has read of conversations. Messages are added at the end and let go at the beginning, so that Redis need
 * give those alone that came later (see `countCopied` in `prelude.lua`): a question in a long conversation costs little more
 * than one in a short one.
 */
export class Copies {
  readonly #copies = new Map<string, Copy>();
  #chars = 0;

  get(conversationId: string): Copy | undefined {
    return this.#copies.get(conversationId);
  }

  put(conversationId: string, copy: Copy): void {
    this.drop(conversationId);
    this.#copies.set(conversationId, copy);
    this.#chars += copy.chars;
    for (const oldest of this.#copies.keys()) {
      if (this.#copies.size <= mostCopies && this.#chars <= mostChars) break;
      this.drop(oldest);
    }
  }

  clear(): void {
    this.#copies.clear();
    this.#chars = 0;
  }

  drop(conversationId: string): void {
    this.#chars -= this.#copies.get(conversationId)?.chars ?? 0;
    this.#copies.delete(conversationId);
  }
}

/** What a step is told last of what this node has. */
export function claimOf(copy: Copy | undefined): readonly string[] {
  const latest = copy?.messages.at(-1);
  if (!copy || !latest) return ["", "", "0", "0"];
  return [copy.edition, latest.messageId, String(latest.at), String(copy.messages.length)];
}
