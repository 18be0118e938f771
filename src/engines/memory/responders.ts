import { TidegateError } from "../../contract/errors.ts";
import type { Message, Note } from "../../contract/shapes.ts";
import {
  type AgentWords,
  type Handed,
  type Handing,
  handsOf,
  mostNotes,
  type Responders,
  type Said,
} from "../../domain/responders.ts";
import { copy, type MemoryConversation, type MemoryWorld } from "./world.ts";

/** {@link Responders} of one process; each call is one step because nothing in it waits. */
export class MemoryResponders implements Responders {
  readonly #world: MemoryWorld;

  constructor(world: MemoryWorld) {
    this.#world = world;
  }

  async hand(conversationId: string, { from, to, wish, notice, note, reopen }: Handing): Promise<Handed> {
    const conversation = this.#world.find(conversationId);
    if (conversation === null) return { kind: "gone" };
    const known = conversation.messages.find(({ messageId }) => messageId === notice.messageId);
    if (known) return { kind: "handed", conversation: copy(conversation), message: known, repeated: true };
    if (!from.includes(handsOf(conversation.responder))) return { kind: "refused", responder: conversation.responder };
    const isOpen = (conversation.runningTurnId ?? conversation.waitingTurnId) !== null;
    if (to.kind === "assistant" && isOpen && conversation.responder.kind !== "assistant")
      return { kind: "open", conversation: copy(conversation) };
    conversation.responder = to;
    conversation.wish = wish ?? undefined;
    if (note) addNote(conversation, note);
    if (reopen !== undefined) this.#reopen(conversation, reopen);
    const message: Message = { ...notice, author: "system", at: this.#later(conversation) };
    this.#world.append(conversation, message);
    return { kind: "handed", conversation: copy(conversation), message, repeated: false };
  }

  async say(conversationId: string, agentId: string, { messageId, text, name }: AgentWords): Promise<Said> {
    const conversation = this.#world.find(conversationId);
    if (conversation === null) return { kind: "gone" };
    const known = conversation.messages.find((message) => message.messageId === messageId);
    if (known) {
      const isSame = known.author === "agent" && known.text === text;
      return isSame ? { kind: "said", message: known, repeated: true } : { kind: "conflict" };
    }
    const { responder } = conversation;
    if (handsOf(responder) !== `agent:${agentId}`) return { kind: "refused", responder };
    const message: Message = { messageId, author: "agent", name, text, at: this.#world.options.clock.now() };
    this.#world.append(conversation, message);
    return { kind: "said", message, repeated: false };
  }

  async note(conversationId: string, note: Note): Promise<void> {
    const conversation = this.#world.find(conversationId);
    if (conversation === null) throw new TidegateError("not-found");
    addNote(conversation, note);
  }

  /** Of two changes the later one has the later time. */
  #later({ messages }: MemoryConversation): number {
    const before = messages.findLast(({ notice }) => notice)?.at ?? 0;
    return Math.max(this.#world.options.clock.now(), before + 1);
  }

  /** What the customer has said last and nobody has answered becomes a turn, or joins the one that waits. */
  #reopen(conversation: MemoryConversation, newTurnId: string): void {
    const open = unanswered(conversation.messages);
    if (open.size === 0) return;
    const turnId = conversation.waitingTurnId ?? newTurnId;
    const askedAt = this.#world.options.clock.now();
    if (conversation.waitingTurnId === null)
      conversation.turns.set(turnId, { turnId, state: "queued", epoch: 0, starts: [], askedAt });
    conversation.waitingTurnId = turnId;
    conversation.messages = conversation.messages.map((said) => (open.has(said) ? { ...said, turnId } : said));
  }
}

/**
 * The customer's latest words that nobody has answered. The assistant's words tell nothing: their question may be older, and
 * their end stored late. A turn that was cut before its first word, or while it waited, has answered nothing. One that ended
 * without a word in another way, as the customer wished or because it failed, is asked no more, and answers nothing older.
 */
function unanswered(messages: readonly Message[]): ReadonlySet<Message> {
  const open = new Set<Message>();
  const wordless = new Set<string | undefined>([undefined]);
  const over = new Set<string | undefined>();
  for (const said of messages.toReversed()) {
    const { author, turnId, notice } = said;
    if (author === "agent" || notice?.kind === "resolved") break;
    if (author === "assistant" && said.text === "") (said.outcome === "interrupted" ? wordless : over).add(turnId);
    if (author !== "customer" || over.has(turnId)) continue;
    if (!wordless.has(turnId)) break;
    open.add(said);
  }
  return open;
}

function addNote(conversation: MemoryConversation, note: Note): void {
  const notes = conversation.notes ?? [];
  if (notes.some(({ noteId }) => noteId === note.noteId)) return;
  conversation.notes = [...notes, note].slice(-mostNotes);
}
