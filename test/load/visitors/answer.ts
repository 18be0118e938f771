import type { CommandResult, FactPayload } from "../../../src/contract/events.ts";
import type { Outcome } from "../../../src/contract/shapes.ts";
import type { Told } from "../story.ts";
import { type Asked, openAsked } from "./asked.ts";
import { TextCheck, type TextFault } from "./text-check.ts";

/** A question, as it is sent. */
export interface Question {
  readonly messageId: string;
  readonly text: string;
  /** What the relay will say to it; null where nobody can know. */
  readonly answer: string | null;
}

export interface AnswerEar {
  fault(fault: TextFault, what: string): void;
  begun(): void;
  /** Stands in line from now on, or no more. */
  waits(isWaiting: boolean): void;
  settled(asked: Asked): void;
}

/** One question of a visitor, followed until it is known what became of it. */
export class Answer {
  readonly question: Question;
  readonly asked: Asked;
  readonly text: TextCheck;
  turnId: string | null = null;
  /** `turn:resume` is on its way. */
  isMending = false;
  readonly #ear: AnswerEar;
  #isWaiting = false;
  #isSettled = false;

  constructor(question: Question, asked: Parameters<typeof openAsked>, ear: AnswerEar) {
    this.question = question;
    this.asked = openAsked(...asked);
    this.#ear = ear;
    this.text = new TextCheck((fault, what) => ear.fault(fault, what));
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  isOf(turnId: string): boolean {
    return this.turnId === null || this.turnId === turnId;
  }

  told(place: Told): void {
    this.asked.told.push(place);
    if (this.asked.startedAt === null) this.#wait(true);
  }

  started(at: number, { epoch, offset }: Pick<FactPayload<"turn:started">, "epoch" | "offset">): void {
    this.#begin(at);
    this.text.started(epoch, offset);
  }

  delta(at: number, piece: FactPayload<"turn:delta">): void {
    this.asked.firstTextAt ??= at;
    this.text.delta(piece);
  }

  /** What a page is given when it comes back. */
  shown(at: number, turn: NonNullable<CommandResult<"conversation:open">["turn"]>): void {
    this.turnId ??= turn.turnId;
    if (turn.position !== undefined) this.told({ at, position: turn.position, waitMs: turn.waitMs ?? null });
    if (turn.state === "queued") return;
    this.#begin(at);
    this.text.slice(turn);
    if (turn.text !== "") this.asked.firstTextAt ??= at;
  }

  end(at: number, outcome: Outcome, stored: string | null): void {
    if (this.#isSettled) return;
    this.asked.end = { at, outcome };
    const { answer } = this.question;
    if (stored !== null) this.text.end(stored, answer, outcome === "completed");
    this.settle();
  }

  /** Nothing more is to come. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#wait(false);
    this.#ear.settled(this.asked);
  }

  #begin(at: number): void {
    if (this.asked.startedAt !== null) return;
    this.asked.startedAt = at;
    this.#wait(false);
    this.#ear.begun();
  }

  #wait(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    this.#ear.waits(isWaiting);
  }
}
