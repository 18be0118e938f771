/** What is being done for each of many, so that others can wait until it is done. */
export class Underway {
  readonly #of = new Map<string, Promise<unknown>>();

  /** Does `work`; until it has settled, {@link settled} of that id waits for it. */
  async during<T>(id: string, work: () => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<void>();
    const before = this.#of.get(id);
    const all = before ? Promise.all([before, done.promise]) : done.promise;
    this.#of.set(id, all);
    try {
      return await work();
    } finally {
      done.resolve();
      if (this.#of.get(id) === all) this.#of.delete(id);
    }
  }

  /** Those for whom something is under way. */
  get ids(): Iterable<string> {
    return this.#of.keys();
  }

  /** Undefined where nothing is under way. */
  settled(id: string): Promise<unknown> | undefined {
    return this.#of.get(id);
  }
}
