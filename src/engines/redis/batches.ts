interface Pending<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Sends at once what comes alone, and together what comes while something is on its way: under load a round trip and a
 * step's fixed cost are shared by all of a batch, and without load nobody waits for anybody. Nothing overtakes within it.
 */
export class Batches<Item, Result> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #most: number;
  #pending: Pending<Item, Result>[] = [];
  #underWay = 0;

  /**
   * @param send gives one result for each item, in their order; where it throws, the whole batch has failed
   * @param most items in one batch
   */
  constructor(send: (items: readonly Item[]) => Promise<readonly Result[]>, most: number) {
    this.#send = send;
    this.#most = most;
  }

  /** @throws whatever the sending of its batch threw */
  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#pending.push({ item, resolve, reject });
    if (this.#pending.length >= this.#most) this.flush();
    else if (this.#underWay === 0 && this.#pending.length === 1) queueMicrotask(() => this.flush());
    return promise;
  }

  /** Sends now what waits to be sent, so that whatever is sent next comes behind it. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    this.#underWay++;
    void this.#carry(batch).finally(() => {
      if (--this.#underWay === 0) this.flush();
    });
  }

  async #carry(batch: readonly Pending<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#send(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error(`${batch.length} were sent, ${results.length} came back`);
      // CAST: there are as many.
      for (const [at, { resolve }] of batch.entries()) resolve(results[at] as Result);
    } catch (fault) {
      for (const { reject } of batch) reject(fault);
    }
  }
}
