import { z } from "zod";
import { deed, redisState, troubleCode } from "../../contract/service.ts";
import { tier } from "../../contract/shapes.ts";
import { type Board, type BoardLook, forgottenMs, type Heard } from "../../domain/board.ts";
import type { NodeFigures } from "../../domain/figures.ts";
import { noOrders, type Orders } from "../../domain/orders.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";

export interface RedisBoardOptions {
  readonly link: Link;
  readonly keys: Keys;
  /** The time in milliseconds, for tests; Redis' own otherwise. */
  readonly now?: () => number;
}

const number = z.number();
const counts = z.record(z.string(), number);
const line = z.object({ waiting: number, oldestWaitMs: number });

const nodeFigures: z.ZodType<NodeFigures> = z.object({
  name: z.string(),
  upMs: number,
  isDraining: z.boolean(),
  customers: number,
  agents: number,
  openAnswers: number,
  loopDelayMs: number,
  memoryBytes: number,
  redis: redisState,
  redisFailures: number,
  lines: z.object({ vip: line, member: line, guest: line }),
  counted: z.object({
    totals: z.object({
      starts: number,
      shed: number,
      refused: number,
      pauses: number,
      inputTokens: number,
      outputTokens: number,
      costMicros: number,
    }),
    attempts: counts,
    firstTokens: counts,
  }),
  quietMs: counts,
  troubles: z.array(z.object({ code: troubleCode, about: z.string(), count: number, firstMs: number, lastMs: number })),
});

const given = z.object({ by: z.string(), at: number });
const storedOrders: z.ZodType<Orders> = z.object({
  revision: z.int(),
  tier: given.extend({ tier }).nullable(),
  guests: given.extend({ until: number }).nullable(),
  drained: z.record(z.string(), given),
  audit: z.array(deed),
});

const look = z.tuple([z.array(z.string()), z.coerce.number(), z.string()]);

/** {@link Board} of a cluster. Everything may throw `Outage`; every step may be repeated then. */
export class RedisBoard implements Board {
  readonly #link: Link;
  readonly #keys: string[];
  readonly #now: () => string;
  /** The orders as they were read last: they are sent again only when they have changed. */
  #orders = noOrders;

  constructor({ link, keys, now }: RedisBoardOptions) {
    this.#link = link;
    this.#keys = keys.board;
    this.#now = now === undefined ? () => "" : () => String(now());
  }

  async tell(nodeId: string, figures: NodeFigures): Promise<BoardLook> {
    const known = String(this.#orders.revision);
    const args = [nodeId, JSON.stringify(figures), String(forgottenMs), known, this.#now()];
    const [nodes, revision, json] = look.parse(await this.#link.step("board/tell", this.#keys, args));
    if (revision !== this.#orders.revision)
      this.#orders = json === "" ? noOrders : storedOrders.parse(JSON.parse(json));
    return { nodes: new Map(heardIn(nodes)), orders: this.#orders };
  }

  async leave(nodeId: string): Promise<void> {
    const [nodes = ""] = this.#keys;
    await this.#link.run((store) => store.hdel(nodes, nodeId));
  }

  async order(orders: Orders, from: number): Promise<boolean> {
    const args = [String(from), String(orders.revision), JSON.stringify(orders)];
    return (await this.#link.step("board/order", this.#keys, args)) === 1;
  }
}

/** A node of another version may tell what this one cannot read: it is passed over. */
function heardIn(flat: readonly string[]): [nodeId: string, heard: Heard][] {
  return Array.from({ length: flat.length / 3 }, (_, at) => flat.slice(3 * at, 3 * at + 3)).flatMap(
    ([nodeId = "", heardMs = "0", json = ""]) => {
      const figures = nodeFigures.safeParse(parsed(json));
      return figures.success ? [[nodeId, { figures: figures.data, heardMs: Number(heardMs) }]] : [];
    },
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
