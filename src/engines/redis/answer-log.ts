import { Cluster, ReplyError } from "ioredis";
import { type AnswerLog, textOf } from "../../domain/answer-log.ts";
import type { Finding } from "../../domain/findings.ts";
import type { Turn, TurnRef } from "../../domain/turns.ts";
import { tagOf } from "../conversation-id.ts";
import { Batches } from "./batches.ts";
import type { Store } from "./client.ts";
import { patiently } from "./gathering.ts";
import type { Place } from "./place.ts";
import { foundPrefix, parseFound, parseLog, replies } from "./replies.ts";
import { runStep } from "./scripts.ts";

interface Field {
  readonly key: string;
  readonly name: string;
  readonly value: string;
  /** It may leave a moment later: what is said next is behind it all the same. */
  readonly mayWait: boolean;
}

/** No step may hold Redis up for long. */
const writtenAtOnce = 200;

/**
 * {@link AnswerLog} of a cluster: one field for each piece, named by its place and length, and one for each call that was
 * run, so that no script is needed to make repeating, coming late and fencing harmless. What all answers of a node have to
 * log at the same time is one step: a command for each costs ten times as much.
 */
export class RedisAnswerLog implements AnswerLog {
  readonly #place: Place;
  readonly #fields = new Batches((fields: readonly Field[]) => this.#setAll(fields), writtenAtOnce);

  constructor(place: Place) {
    this.#place = place;
  }

  write({ conversationId, turnId }: TurnRef, epoch: number, offset: number, text: string): Promise<void> {
    return this.#set(conversationId, `${turnId}:${epoch}:${offset}:${text.length}`, text, true);
  }

  note({ conversationId, turnId }: TurnRef, finding: Finding): Promise<void> {
    return this.#set(conversationId, `${turnId}:${foundPrefix}:${finding.callId}`, JSON.stringify(finding), false);
  }

  async read(turn: Turn): Promise<string> {
    return textOf(turn, parseLog(turn.turnId, await this.#logged(turn)));
  }

  async found(turn: Turn): Promise<readonly Finding[]> {
    return parseFound(turn.turnId, await this.#logged(turn));
  }

  async #set(conversationId: string, name: string, value: string, mayWait: boolean): Promise<void> {
    const { link, keys } = this.#place.options;
    const fault = await this.#fields.add({ key: keys.log(tagOf(conversationId)), name, value, mayWait });
    // Judged by itself: what one conversation is refused the others are not.
    if (fault !== null) await link.run(() => Promise.reject(fault));
  }

  #setAll(fields: readonly Field[]): Promise<readonly (Error | null)[]> {
    const say = () => this.#place.options.link.run((store) => setAll(store, fields));
    return fields.every(({ mayWait }) => mayWait) ? patiently(say) : say();
  }

  async #logged({ conversationId }: TurnRef): Promise<string[]> {
    const { link, keys } = this.#place.options;
    const fields = await link.run((store) => store.hgetall(keys.log(tagOf(conversationId))));
    return Object.entries(fields).flat();
  }
}

/** The masters of a Redis Cluster each have their own socket. */
async function setAll(store: Store, fields: readonly Field[]): Promise<(Error | null)[]> {
  if (store instanceof Cluster) {
    const fault = (thrown: Error) => thrown;
    return Promise.all(fields.map(({ key, name, value }) => store.hset(key, name, value).then(() => null, fault)));
  }
  const keys = fields.map(({ key }) => key);
  const args = fields.flatMap(({ name, value }) => [name, value]);
  const refused = replies.kept.parse(await runStep(store, "keep", keys, args));
  return refused.map((why) => (why === "" ? null : new ReplyError(why)));
}
