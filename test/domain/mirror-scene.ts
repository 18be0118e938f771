import { expect } from "vitest";
import type { Answer } from "../../src/domain/answer.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { Network } from "./network.ts";
import { TestNode } from "./node.ts";
import type { Page } from "./page.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

const silence = 1_600;

/** One conversation, the nodes that take part in it, and everything that may happen between them. */
export class MirrorScene {
  readonly clock = new VirtualClock();
  readonly network = new Network();
  readonly store: SharedStore;
  readonly nodes: readonly TestNode[];
  #conversationId = "";
  #ids = 0;
  #releases: (() => void)[] = [];
  #doings: unknown[] = [];

  constructor(nodeCount: number) {
    const { clock, network } = this;
    this.store = new SharedStore(clock, () => `id${this.#ids++}`);
    const nodeIds = Array.from({ length: nodeCount }, (_, at) => `node${at}`);
    this.nodes = nodeIds.map((nodeId) => new TestNode({ nodeId, store: this.store, network, clock }));
  }

  /** A customer has asked, and the first node has begun to answer. */
  async begin(): Promise<void> {
    const owner = this.nodes[0];
    if (owner === undefined) throw new Error("no nodes");
    await owner.arrive().opened;
    this.#conversationId = owner.pages[0]?.session.conversationId ?? "";
    await this.#ask(owner);
    await this.#settled();
  }

  readonly acts = {
    write: (size: number) => {
      const [node, answer] = this.#writer(size);
      if (node && answer) node.append(answer, "ab🎁潮".repeat(size + 1).slice(size % 4, size));
    },
    wait: (size: number) => this.clock.advance(size * 10),
    raise: async (size: number) => {
      const [node, answer] = this.#writer(size);
      if (node && answer) await node.raise(answer, Math.max(0, answer.text.length - size));
    },
    end: async (size: number) => {
      const [node, answer] = this.#writer(size);
      if (node && answer) await node.end(answer);
    },
    ask: (size: number) => this.#ask(this.#node(size)),
    takeOver: (size: number) => this.#node(size).takeOver(this.#conversationId),
    join: (size: number) => {
      const node = this.#node(size);
      return node.side.wire.isHeld ? undefined : node.arrive().opened;
    },
    /** The first to look there: the store has heard of it, and the page waits for the reply. */
    joinSlowly: (size: number) => {
      const node = this.#node(size);
      if (node.side.wire.isHeld || node.pages.length + node.writing.size > 0) return;
      const release = node.side.wire.hold();
      this.#releases.push(release);
      return node.arrive().opened;
    },
    reply: () => this.#releases.shift()?.(),
    leave: (size: number) => {
      const node = this.#node(size);
      node.pages.splice(size % (node.pages.length || 1), 1)[0]?.leave();
    },
    mute: (size: number) => {
      this.#node(size).muted = true;
    },
    unmute: (size: number) => {
      this.#node(size).muted = false;
    },
    patrol: (size: number) => this.#node(size).mirrors.patrol(),
    deliver: (size: number) => this.network.deliver(size),
    deliverAll: () => this.network.deliverAll(),
    drop: (size: number) => this.network.drop(size),
    double: (size: number) => this.network.double(size),
    overtake: (size: number) => this.network.overtake(size),
  };

  async act(name: keyof MirrorScene["acts"], size: number): Promise<void> {
    // Not waited for: the store's reply may be held back.
    this.#doings.push(this.acts[name](size));
    await everybodyWaits();
  }

  get pages(): readonly Page[] {
    return this.nodes.flatMap(({ pages }) => pages);
  }

  /** The network is good from now on, and everybody is there: all see what is written, and how it ends. */
  async finish(): Promise<void> {
    for (const release of this.#releases) release();
    await Promise.all(this.#doings);
    for (const node of this.nodes) node.muted = false;
    await this.#settled();
    await this.#fenceTheStale();
    const { running } = await this.store.stored(this.#conversationId);
    const [owner, answer] = this.#all().find(([, { ref }]) => ref.turnId === running?.turnId) ?? [];
    if (owner && answer) {
      owner.append(answer, ".");
      await this.#settled();
      for (const page of this.pages) expect(page.textOf(answer.ref.turnId)).toBe(answer.text);
      await owner.end(answer);
    }
    await this.#settled();
    await this.#expectStored();
  }

  async #expectStored(): Promise<void> {
    const { messages, running } = await this.store.stored(this.#conversationId);
    expect(running).toBeNull();
    for (const { author, turnId = "", text } of messages) {
      if (author !== "assistant") continue;
      for (const page of this.pages) {
        if (!page.knowsOf(turnId)) continue;
        expect(page.answers.all.get(turnId)?.entry.state ?? "unknown").toBe("ended");
        expect(page.textOf(turnId)).toBe(text);
      }
    }
  }

  async #ask(node: TestNode): Promise<void> {
    const { running, waiting } = await this.store.stored(this.#conversationId);
    if (running || waiting || node.writing.size > 0) return;
    const { conversations } = node.side;
    await conversations.ask(this.#conversationId, { messageId: `m${this.#ids++}`, text: "?" });
    await node.begin(this.#conversationId);
  }

  /** Whoever was asleep while another node took over makes sure of its answers. */
  async #fenceTheStale(): Promise<void> {
    for (const node of this.nodes) {
      if (node.writing.size > 0) await node.reclaim(this.#conversationId);
    }
    await this.#settled();
  }

  async #settled(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      for (const node of this.nodes) node.mirrors.patrol();
      for (let hop = 0; hop < 4; hop++) {
        await everybodyWaits();
        this.network.deliverAll();
      }
      this.clock.advance(silence);
      await everybodyWaits();
    }
  }

  #node(size: number): TestNode {
    const node = this.nodes[size % this.nodes.length];
    if (node === undefined) throw new Error("no nodes");
    return node;
  }

  /** All who write, or think that they do. */
  #all(): [TestNode, Answer][] {
    return this.nodes.flatMap((node) =>
      [...node.writing.values()].map((answer) => [node, answer] as [TestNode, Answer]),
    );
  }

  #writer(size: number): [TestNode, Answer] | [] {
    const all = this.#all();
    return all[size % (all.length || 1)] ?? [];
  }
}
