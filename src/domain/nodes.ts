/** What one heartbeat tells. */
export interface Pulse {
  /** This node was known: not buried, and the registry was not lost. */
  readonly alive: boolean;
  /** How often each living node has beaten. */
  readonly beats: ReadonlyMap<string, number>;
  /** Nodes whose work is still to be taken over. */
  readonly buried: readonly string[];
}

/**
 * The nodes of the cluster and what each one is answering.
 *
 * - **N1** A node lives by its beats. `bury` declares one dead in one atomic step, unless it has beaten since.
 * - A conversation is listed as a node's work before a turn of it starts, so that the work of a dead node can be found.
 */
export interface Nodes {
  /**
   * One heartbeat. A node that is not alive comes to life only when it is `born`. Work that it still listed under its
   * `former` name is to be taken over by whoever can, though that was forgotten already.
   */
  beat(nodeId: string, born: boolean, former?: string): Promise<Pulse>;
  /** True when the node was buried by this call; false when it is gone already or has beaten more than `beats` times. */
  bury(nodeId: string, beats: number): Promise<boolean>;
  /** Buries the node itself, which leaves. */
  leave(nodeId: string): Promise<void>;
  /** Lists a conversation as this node's work. */
  take(nodeId: string, conversationId: string): Promise<void>;
  /** The conversation is no work of that node any more. */
  drop(nodeId: string, conversationId: string): Promise<void>;
  work(nodeId: string): Promise<readonly string[]>;
  /** The work of a buried node has been taken over: it is forgotten. */
  forget(nodeId: string): Promise<void>;
}
