import {
  type CareRow,
  type Desk,
  type DeskLook,
  type DeskRow,
  goneMs,
  isInHands,
  type LiveRow,
  mostLive,
  type Presence,
  skewMs,
  staleMs,
} from "../../domain/desk.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { parseCare, parseLive, parsePresent, replies } from "./replies.ts";
import type { StepName } from "./scripts.ts";

/** {@link Desk} of a cluster. Everything may throw `Outage`; every step may be repeated then. */
export class RedisDesk implements Desk {
  readonly #link: Link;
  readonly #keys: string[];
  /** Those of this node who were told of before. */
  #told: readonly string[] = [];

  constructor(link: Link, keys: Keys) {
    this.#link = link;
    this.#keys = keys.desk;
  }

  async put(care: readonly CareRow[], live: readonly LiveRow[]): Promise<void> {
    if (care.length + live.length === 0) return;
    const cares = care.flatMap((row) => {
      const { conversationId, customer, at } = row;
      const bare = JSON.stringify({ conversationId, customer, changedAt: 0 } satisfies LiveRow);
      return [conversationId, String(at), isInHands(row) ? JSON.stringify(row) : "", bare];
    });
    const lives = live.flatMap((row) => [row.conversationId, String(row.changedAt), JSON.stringify(row)]);
    await this.#step("desk/put", String(mostLive), String(skewMs), String(care.length), ...cares, ...lives);
  }

  async drop(conversationIds: readonly string[]): Promise<void> {
    if (conversationIds.length > 0) await this.#step("desk/drop", ...conversationIds);
  }

  async look(since: number): Promise<DeskLook> {
    const reply = await this.#step("desk/look", String(since), String(staleMs), String(goneMs));
    const [seq, rows, present, unseen] = replies.looked.parse(reply);
    // A desk that was lost counts anew.
    if (seq < since) return this.look(0);
    return { seq, rows: rowsOf(rows), present: present.flatMap(parsePresent), unseenMs: unseenOf(unseen) };
  }

  async here(nodeId: string, present: readonly Presence[]): Promise<void> {
    const agentIds = [...new Set(present.map(({ agentId }) => agentId))];
    const json = present.length > 0 ? JSON.stringify(present) : "";
    // Who has left just now was seen until now.
    await this.#step("desk/here", nodeId, json, String(2 * goneMs), ...new Set([...agentIds, ...this.#told]));
    this.#told = agentIds;
  }

  #step(name: StepName, ...args: readonly string[]): Promise<unknown> {
    return this.#link.step(name, this.#keys, [...args]);
  }
}

function rowsOf(list: readonly string[]): DeskRow[] {
  return Array.from({ length: list.length / 3 }, (_, at) => {
    const [conversationId = "", care = "", live = ""] = list.slice(3 * at, 3 * at + 3);
    return { conversationId, care: care ? parseCare(care) : null, live: live ? parseLive(live) : null };
  });
}

function unseenOf(list: readonly string[]): Map<string, number> {
  const pairs = Array.from({ length: list.length / 2 }, (_, at) => list.slice(2 * at, 2 * at + 2));
  return new Map(pairs.map(([agentId = "", ms]) => [agentId, Number(ms)]));
}
