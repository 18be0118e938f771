/** Guests who ask over plain HTTP, each once, at an even rate, of one node after the other. */
export class Askers implements AsyncDisposable {
  readonly #urls: readonly string[];
  readonly #leaving = new AbortController();
  readonly #asked = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  constructor(urls: readonly string[], perSecond: number) {
    this.#urls = urls;
    this.#timer = setInterval(() => this.ask(1), 1_000 / perSecond);
  }

  /** So many ask at once, beside the even rate. */
  ask(count: number): void {
    for (let at = 0; at < count; at++) {
      const asked = this.#ask(this.#urls[this.#count++ % this.#urls.length] ?? "").finally(() =>
        this.#asked.delete(asked),
      );
      this.#asked.add(asked);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#leaving.abort();
    await Promise.all(this.#asked);
  }

  /** Whoever is refused, or finds nobody there, goes away: what the service does is what is looked at. */
  async #ask(url: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ text: "[[sim: say Yes, of course.]]" });
    const { signal } = this.#leaving;
    try {
      await (await fetch(`${url}/api/chat`, { method: "POST", headers, body, signal })).arrayBuffer();
    } catch {
      // See above.
    }
  }
}
