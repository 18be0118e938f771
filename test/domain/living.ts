import { Membership, type MembershipListener } from "../../src/domain/membership.ts";
import { type SharedStore, StoreSide } from "./shared-store.ts";
import { everybodyWaits, StoppableClock } from "./stoppable-clock.ts";

/** A process that lives among others and writes down what it learns. */
export class Living implements MembershipListener {
  readonly clock = new StoppableClock();
  readonly side: StoreSide;
  readonly membership: Membership;
  readonly events: string[] = [];
  /** Why the store was away, each time. */
  readonly whys: string[] = [];
  readonly faults: unknown[] = [];
  /** What its next lives are to be made sure of. */
  reviving: () => Promise<void> = async () => {};
  #lives = 0;

  constructor(store: SharedStore, name: string) {
    this.side = new StoreSide(store, () => this.membership.nodeId);
    const newId = () => `${name}${++this.#lives}`;
    this.membership = new Membership({ nodes: this.side.nodes, clock: this.clock, newId });
  }

  static async open(store: SharedStore, name: string): Promise<Living> {
    const node = new Living(store, name);
    await node.membership.open(node);
    return node;
  }

  away(why: string): void {
    this.events.push("away");
    this.whys.push(why);
  }

  back(): void {
    this.events.push("back");
  }

  async reborn(former: string, present: string): Promise<void> {
    this.events.push(`reborn ${former} ${present}`);
    await this.reviving();
  }

  orphaned(nodeId: string): void {
    this.events.push(`orphaned ${nodeId}`);
  }

  fault(fault: unknown): void {
    this.faults.push(fault);
  }

  /** Whether it has learned that a node is dead. */
  knowsDead(nodeId: string): boolean {
    return this.events.includes(`orphaned ${nodeId}`);
  }
}

/** Lets time pass for those who are awake, and for nobody else. */
export async function live(ms: number, ...awake: readonly { readonly clock: StoppableClock }[]): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    for (const { clock } of awake) {
      clock.advance(Math.min(100, left));
      await everybodyWaits();
    }
  }
}
