/** How the simulator behaves, from now on. */
export class RelayWeather {
  readonly #url: string;

  constructor(url: string) {
    this.#url = `${url.replace(/\/$/, "")}/simulator/faults`;
  }

  /** First texts come so much later. */
  async slow(ms: number): Promise<void> {
    await this.#ask("POST", JSON.stringify({ kind: "slow", ms, times: "all" }));
  }

  /** Everything is as it was. */
  async calm(): Promise<void> {
    await this.#ask("DELETE");
  }

  async #ask(method: "POST" | "DELETE", body?: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(this.#url, { method, ...(body && { headers, body }) });
    if (!response.ok) throw new Error(`The simulator refused ${method} ${this.#url}: ${response.status}.`);
  }
}
