/** A map of what was set latest: where there would be more than `most`, what was set longest ago gives way. */
export class Latest<K, V> extends Map<K, V> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size <= this.#most) return this;
    const { value: oldest } = this.keys().next() as IteratorYieldResult<K>; // CAST: a map that is not empty
    this.delete(oldest);
    return this;
  }
}
