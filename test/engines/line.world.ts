import type { Grant, Line, LineSettings, News, Round, Wish } from "../../src/domain/line.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** Small enough to see what happens. */
export const smallLine: LineSettings = {
  tiers: {
    high: { perSecond: 10, burst: 5 },
    medium: { perSecond: 5, burst: 3 },
    degraded: { perSecond: 1, burst: 1 },
  },
  acceptBelow: { guest: 60, member: 85, vip: 100 },
  weights: { vip: 6, member: 3, guest: 1 },
  ageingMs: 60_000,
  rampPerSecond: null,
};

export type OpenLine = (settings: LineSettings, clock: VirtualClock) => Line | Promise<Line>;

const silent: Omit<News, "nodeId" | "room"> = { taken: [], begun: [], ended: [], leftSeen: 0 };

/** A line, time that stands still until it is moved, and nodes that say what they are told to say. */
export class LineWorld {
  readonly clock: VirtualClock;
  readonly line: Line;

  private constructor(line: Line, clock: VirtualClock) {
    this.line = line;
    this.clock = clock;
  }

  /** A line with nodes that have room, and with an empty bucket unless it is to be `full`. */
  static async open(
    open: OpenLine,
    {
      settings = smallLine,
      full = false,
      nodes = ["one"],
    }: { settings?: LineSettings; full?: boolean; nodes?: string[] } = {},
  ): Promise<LineWorld> {
    const clock = new VirtualClock();
    const world = new LineWorld(await open(settings, clock), clock);
    for (const node of nodes) await world.round(node);
    if (!full) await world.drain(settings.tiers.high.burst);
    return world;
  }

  /** So many starts are used up. */
  async drain(starts: number): Promise<void> {
    const grants: Grant[] = [];
    for (let at = 0; at < starts; at++) {
      const entered = await this.line.enter({ conversationId: `drain${at}`, class: "vip" }, "one");
      if (entered.kind === "granted") grants.push(entered.grant);
    }
    await this.round("one", { taken: grants, ended: grants });
  }

  round(nodeId = "one", news: Partial<News> = {}): Promise<Round> {
    return this.line.round({ ...silent, nodeId, room: 1_000_000, ...news });
  }

  /** Time passes, and then a round is held: what it grants, all taken at once. */
  async after(ms: number, nodeId = "one", news: Partial<News> = {}): Promise<readonly string[]> {
    this.clock.advance(ms);
    const { granted } = await this.round(nodeId, news);
    await this.round(nodeId, { taken: granted });
    return granted.map(({ conversationId }) => conversationId);
  }

  enter(conversationId: string, name: Wish["class"] = "guest", node = "one") {
    return this.line.enter({ conversationId, class: name }, node);
  }

  /** A guest asks that again, or nothing new. */
  ask(conversationId: string, ...asks: string[]) {
    return this.line.enter({ conversationId, class: "guest", asks }, "one");
  }

  async position(conversationId: string): Promise<number | null> {
    return (await this.line.find(conversationId))?.position ?? null;
  }
}
