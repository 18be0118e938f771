import type { Nodes, Pulse } from "../../domain/nodes.ts";

/** {@link Nodes} of one process. */
export class MemoryNodes implements Nodes {
  readonly #beats = new Map<string, number>();
  readonly #buried = new Set<string>();
  readonly #work = new Map<string, Set<string>>();

  async beat(nodeId: string, born: boolean, former?: string): Promise<Pulse> {
    if (former !== undefined) this.#buried.add(former);
    const beats = this.#beats.get(nodeId);
    if (beats !== undefined || born) this.#beats.set(nodeId, (beats ?? 0) + 1);
    return { alive: beats !== undefined, beats: new Map(this.#beats), buried: [...this.#buried] };
  }

  async bury(nodeId: string, beats: number): Promise<boolean> {
    return this.#beats.get(nodeId) === beats && this.#bury(nodeId);
  }

  async leave(nodeId: string): Promise<void> {
    this.#bury(nodeId);
  }

  async take(nodeId: string, conversationId: string): Promise<void> {
    this.#work.set(nodeId, new Set(this.#work.get(nodeId)).add(conversationId));
  }

  async drop(nodeId: string, conversationId: string): Promise<void> {
    this.#work.get(nodeId)?.delete(conversationId);
  }

  async work(nodeId: string): Promise<readonly string[]> {
    return [...(this.#work.get(nodeId) ?? [])];
  }

  async forget(nodeId: string): Promise<void> {
    this.#work.delete(nodeId);
    this.#buried.delete(nodeId);
  }

  #bury(nodeId: string): boolean {
    if (!this.#beats.delete(nodeId)) return false;
    this.#buried.add(nodeId);
    return true;
  }
}
