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
    const { messages } = conversation;
    const wordless = new Set(messages.filter(isWordless).map(({ turnId }) => turnId));
    const isOpen = ({ author, turnId }: Message) => author === "customer" && (!turnId || wordless.has(turnId));
    // The assistant's words tell nothing: their question may be older, and their end stored late.
    const isSettled = (said: Message) => said.author === "agent" || (said.author === "customer" && !isOpen(said));
    const open = messages.slice(messages.findLastIndex(isSettled) + 1).filter(isOpen);
    if (open.length === 0) return;
    const turnId = conversation.waitingTurnId ?? newTurnId;
    const askedAt = this.#world.options.clock.now();
    if (conversation.waitingTurnId === null)
      conversation.turns.set(turnId, { turnId, state: "queued", epoch: 0, starts: [], askedAt });
    conversation.waitingTurnId = turnId;
    conversation.messages = messages.map((said) => (open.includes(said) ? { ...said, turnId } : said));
  }
}

/** The end of a turn that was cut before its first word, or while it waited. */
function isWordless({ author, outcome, text }: Message): boolean {
  return author === "assistant" && outcome === "interrupted" && text === "";
}

function addNote(conversation: MemoryConversation, note: Note): void {
  const notes = conversation.notes ?? [];
  if (notes.some(({ noteId }) => noteId === note.noteId)) return;
  conversation.notes = [...notes, note].slice(-mostNotes);
}
