import { type AnswerLog, textOf } from "../../domain/answer-log.ts";
import type { Turn, TurnRef } from "../../domain/turns.ts";
import { tagOf } from "../conversation-id.ts";
import type { Place } from "./place.ts";
import { parseLog } from "./replies.ts";

/**
 * {@link AnswerLog} of a cluster: one field for each piece, named by its place and length, so that no script is needed
 * to make repeating, coming late and fencing harmless.
 */
export class RedisAnswerLog implements AnswerLog {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  async write({ conversationId, turnId }: TurnRef, epoch: number, offset: number, text: string): Promise<void> {
    const { link, keys } = this.#place.options;
    const key = keys.log(tagOf(conversationId));
    await link.run((store) => store.hset(key, `${turnId}:${epoch}:${offset}:${text.length}`, text));
  }

  async read(turn: Turn): Promise<string> {
    const { link, keys } = this.#place.options;
    const fields = await link.run((store) => store.hgetall(keys.log(tagOf(turn.conversationId))));
    return textOf(turn, parseLog(turn.turnId, Object.entries(fields).flat()));
  }
}
