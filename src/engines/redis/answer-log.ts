import { type AnswerLog, textOf } from "../../domain/answer-log.ts";
import type { Turn, TurnRef } from "../../domain/turns.ts";
import { type Place, tagOf } from "./place.ts";
import { parseLog } from "./replies.ts";

/** No answer is written for so long; whatever a fenced writer leaves behind goes then. */
const lifeSeconds = 900;

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
    await link.run(async (store) => {
      const written = store.hset(key, `${turnId}:${epoch}:${offset}:${text.length}`, text);
      // Any piece may be the one that makes the key: that of a fenced writer, or the first after Redis was emptied.
      await Promise.all([written, store.expire(key, lifeSeconds)]);
    });
  }

  async read(turn: Turn): Promise<string> {
    const { link, keys } = this.#place.options;
    const fields = await link.run((store) => store.hgetall(keys.log(tagOf(turn.conversationId))));
    return textOf(turn, parseLog(turn.turnId, Object.entries(fields).flat()));
  }
}
