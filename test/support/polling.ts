/** A customer on HTTP long polling, by hand: it fetches what waits for it when the test says so, and never before. */
export class PollingCustomer {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  /** Stands in namespace `/` when it resolves. */
  static async open(url: string, auth: object): Promise<PollingCustomer> {
    const base = `${url}/socket.io/?EIO=4&transport=polling`;
    const handshake = await (await fetch(base)).text();
    const { sid } = JSON.parse(handshake.slice(1));
    const customer = new PollingCustomer(`${base}&sid=${sid}`);
    await customer.send(`40${JSON.stringify(auth)}`);
    await customer.poll();
    return customer;
  }

  async send(packet: string): Promise<void> {
    await fetch(this.#url, { method: "POST", body: packet });
  }

  /** Everything that waits, one packet each; waits for the first when there is none. */
  async poll(): Promise<string[]> {
    return (await (await fetch(this.#url)).text()).split("\x1e");
  }
}
