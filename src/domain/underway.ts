interface Work {
  /** How many are under way. */
  count: number;
  /** Settles when all of them have. */
  all: Promise<unknown>;
}

/** What is being done for each of many, so that others can wait until it is done. */
export class Underway {
  readonly #of = new Map<string, Work>();

  /** Does `work`; until it has settled, {@link settled} of that id waits for it. */
  async during<T>(id: string, work: () => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<void>();
    const before = this.#of.get(id);
    const of = before ?? { count: 0, all: done.promise };
    if (before) before.all = Promise.all([before.all, done.promise]);
    else this.#of.set(id, of);
    of.count++;
    try {
      return await work();
    } finally {
      done.resolve();
      of.count--;
      if (of.count === 0) this.#of.delete(id);
    }
  }

  /** Those for whom something is under way. */
  get ids(): Iterable<string> {
    return this.#of.keys();
  }

  /** How much is under way for that one. */
  countOf(id: string): number {
    return this.#of.get(id)?.count ?? 0;
  }

  /** Undefined where nothing is under way. */
  settled(id: string): Promise<unknown> | undefined {
    return this.#of.get(id)?.all;
  }
}
