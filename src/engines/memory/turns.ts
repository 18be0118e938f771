import type { Message } from "../../contract/shapes.ts";
import type { Ended, Ending, Started, Turn, TurnRef, Turns } from "../../domain/turns.ts";
import { copy, type MemoryConversation, type MemoryTurn, type MemoryWorld, turnOf } from "./world.ts";

/** {@link Turns} of one process. */
export class MemoryTurns implements Turns {
  readonly #world: MemoryWorld;

  constructor(world: MemoryWorld) {
    this.#world = world;
  }

  async start(conversationId: string): Promise<Started | null> {
    const conversation = this.#world.find(conversationId);
    return conversation && startTurn(conversation);
  }

  async raise(ref: TurnRef, epoch: number, offset: number): Promise<Turn | null> {
    const conversation = this.#world.find(ref.conversationId);
    const turn = conversation?.turns.get(ref.turnId);
    if (!conversation || turn?.state !== "starting" || turn.epoch !== epoch) return null;
    return raise(conversation, turn, offset);
  }

  async end(ref: TurnRef, epoch: number, ending: Ending): Promise<Ended | null> {
    const conversation = this.#world.find(ref.conversationId);
    const turn = conversation?.turns.get(ref.turnId);
    if (!conversation || !turn || turn.epoch !== epoch) return null;
    if (turn.state === "ended") return isSame(turn, ending) ? endedOf(conversation, turn) : null;
    turn.state = "ended";
    turn.answer = this.#answer(ref.turnId, ending);
    if (conversation.runningTurnId === ref.turnId) conversation.runningTurnId = null;
    if (conversation.waitingTurnId === ref.turnId) conversation.waitingTurnId = null;
    this.#world.append(conversation, turn.answer);
    return endedOf(conversation, turn);
  }

  async read(ref: TurnRef): Promise<Turn | null> {
    const conversation = this.#world.find(ref.conversationId);
    const turn = conversation?.turns.get(ref.turnId);
    return conversation && turn ? turnOf(conversation, turn) : null;
  }

  #answer(turnId: string, ending: Ending): Message {
    const { clock, newId } = this.#world.options;
    const { outcome, text, error, cards = [], lookUpFailed, messageId = newId() } = ending;
    const shown = cards.length > 0 ? { cards: [...cards] } : {};
    return {
      messageId,
      author: "assistant",
      text,
      at: clock.now(),
      turnId,
      outcome,
      ...(error && { error }),
      ...(lookUpFailed && { lookUpFailed }),
      ...shown,
    };
  }
}

/** See {@link Turns.start}. */
export function startTurn(conversation: MemoryConversation): Started | null {
  // H1: nobody else answers.
  if (conversation.runningTurnId !== null || conversation.responder.kind !== "assistant") return null;
  const turn = conversation.turns.get(conversation.waitingTurnId ?? "");
  if (turn === undefined) return null;
  conversation.waitingTurnId = null;
  conversation.runningTurnId = turn.turnId;
  turn.state = "starting";
  return { turn: raise(conversation, turn, 0), conversation: copy(conversation) };
}

function raise(conversation: MemoryConversation, turn: MemoryTurn, offset: number): Turn {
  turn.epoch++;
  turn.starts = [...turn.starts, { epoch: turn.epoch, offset }];
  return turnOf(conversation, turn);
}

function endedOf(conversation: MemoryConversation, turn: MemoryTurn): Ended {
  return { ...turnOf(conversation, turn), isLast: conversation.waitingTurnId === null };
}

function isSame({ answer }: MemoryTurn, { messageId }: Ending): boolean {
  return messageId !== undefined && answer?.messageId === messageId;
}
