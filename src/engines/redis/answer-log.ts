import { type AnswerLog, textOf } from "../../domain/answer-log.ts";
import type { Finding } from "../../domain/findings.ts";
import type { Turn, TurnRef } from "../../domain/turns.ts";
import { tagOf } from "../conversation-id.ts";
import type { Place } from "./place.ts";
import { foundPrefix, parseFound, parseLog } from "./replies.ts";

/**
 * {@link AnswerLog} of a cluster: one field for each piece, named by its place and length, and one for each call that was
 * run, so that no script is needed to make repeating, coming late and fencing harmless.
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

  async note({ conversationId, turnId }: TurnRef, finding: Finding): Promise<void> {
    const { link, keys } = this.#place.options;
    const key = keys.log(tagOf(conversationId));
    await link.run((store) => store.hset(key, `${turnId}:${foundPrefix}:${finding.callId}`, JSON.stringify(finding)));
  }

  async read(turn: Turn): Promise<string> {
    return textOf(turn, parseLog(turn.turnId, await this.#fields(turn)));
  }

  async found(turn: Turn): Promise<readonly Finding[]> {
    return parseFound(turn.turnId, await this.#fields(turn));
  }

  async #fields({ conversationId }: TurnRef): Promise<string[]> {
    const { link, keys } = this.#place.options;
    const fields = await link.run((store) => store.hgetall(keys.log(tagOf(conversationId))));
    return Object.entries(fields).flat();
  }
}
