import { type AnswerLog, type LoggedPiece, textOf } from "../../domain/answer-log.ts";
import type { Finding } from "../../domain/findings.ts";
import type { Turn, TurnRef } from "../../domain/turns.ts";
import type { MemoryTurn, MemoryWorld } from "./world.ts";

/** {@link AnswerLog} of one process: what was logged of a turn goes with it, and nothing is kept of one that has ended. */
export class MemoryAnswerLog implements AnswerLog {
  readonly #world: MemoryWorld;
  readonly #pieces = new WeakMap<MemoryTurn, LoggedPiece[]>();
  readonly #found = new WeakMap<MemoryTurn, ReadonlyMap<string, Finding>>();

  constructor(world: MemoryWorld) {
    this.#world = world;
  }

  async write(ref: TurnRef, epoch: number, offset: number, text: string): Promise<void> {
    const turn = this.#running(ref);
    if (turn) this.#pieces.set(turn, [...(this.#pieces.get(turn) ?? []), { epoch, offset, text }]);
  }

  async note(ref: TurnRef, finding: Finding): Promise<void> {
    const turn = this.#running(ref);
    if (turn) this.#found.set(turn, new Map(this.#found.get(turn)).set(finding.callId, finding));
  }

  async found(turn: Turn): Promise<readonly Finding[]> {
    const running = this.#running(turn);
    return running ? [...(this.#found.get(running)?.values() ?? [])] : [];
  }

  async read(turn: Turn): Promise<string> {
    const running = this.#running(turn);
    return running ? textOf(turn, this.#pieces.get(running) ?? []) : "";
  }

  #running({ conversationId, turnId }: TurnRef): MemoryTurn | undefined {
    const turn = this.#world.find(conversationId)?.turns.get(turnId);
    return turn?.state === "starting" ? turn : undefined;
  }
}
