import type { Nodes, Pulse } from "../../domain/nodes.ts";
import { patiently } from "./gathering.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { replies } from "./replies.ts";

/** {@link Nodes} of a cluster. */
export class RedisNodes implements Nodes {
  readonly #link: Link;
  readonly #keys: Keys;

  constructor(link: Link, keys: Keys) {
    this.#link = link;
    this.#keys = keys;
  }

  async beat(nodeId: string, born: boolean, former = ""): Promise<Pulse> {
    const reply = await this.#link.probeStep("beat", this.#keys.nodes, [nodeId, born ? "1" : "0", former]);
    const [alive, flat, buried] = replies.pulse.parse(reply);
    const beats = new Map<string, number>();
    for (let at = 0; at + 1 < flat.length; at += 2) beats.set(flat[at] ?? "", Number(flat[at + 1]));
    return { alive: alive === 1, beats, buried };
  }

  async bury(nodeId: string, beats: number): Promise<boolean> {
    return (await this.#link.step("bury", this.#keys.nodes, [nodeId, String(beats)])) === 1;
  }

  async leave(nodeId: string): Promise<void> {
    await this.#link.step("bury", this.#keys.nodes, [nodeId, ""]);
  }

  async take(nodeId: string, conversationId: string): Promise<void> {
    await this.#link.run((store) => store.sadd(this.#keys.work(nodeId), conversationId));
  }

  async drop(nodeId: string, conversationId: string): Promise<void> {
    await patiently(() => this.#link.run((store) => store.srem(this.#keys.work(nodeId), conversationId)));
  }

  work(nodeId: string): Promise<readonly string[]> {
    return this.#link.run((store) => store.smembers(this.#keys.work(nodeId)));
  }

  async forget(nodeId: string): Promise<void> {
    await this.#link.run(async (store) => {
      await store.del(this.#keys.work(nodeId));
      await store.srem(this.#keys.buried, nodeId);
    });
  }
}
