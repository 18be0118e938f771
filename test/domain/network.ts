import type { PeerMessage, Peers } from "../../src/domain/peers.ts";

/** A message under way. */
interface Letter {
  readonly from: string;
  readonly to: string;
  readonly message: PeerMessage;
}

/** What carries messages between the nodes of one test: as slowly, as often and in whatever order the test wishes. */
export class Network {
  readonly #hearers = new Map<string, (from: string, message: PeerMessage) => void>();
  readonly #underway: Letter[] = [];
  /** All that was ever sent. */
  readonly sent: Letter[] = [];

  join(nodeId: string, hear: (from: string, message: PeerMessage) => void): Peers {
    this.#hearers.set(nodeId, hear);
    return {
      send: (to, message) => {
        const letter = { from: nodeId, to, message: structuredClone(message) };
        this.sent.push(letter);
        this.#underway.push(letter);
      },
    };
  }

  /** The kinds of message that were sent to a node. */
  sentTo(nodeId: string): PeerMessage["kind"][] {
    return this.sent.filter(({ to }) => to === nodeId).map(({ message }) => message.kind);
  }

  /** Delivers the message that was sent first to whom the `at`th one under way is: each node hears each other in order. */
  deliver(at = 0): void {
    const letter = this.#underway[at % (this.#underway.length || 1)];
    if (letter) this.#deliver(this.#underway.findIndex(({ from, to }) => from === letter.from && to === letter.to));
  }

  /** Delivers the `at`th one, before those that were sent earlier. */
  overtake(at: number): void {
    if (this.#underway.length > 0) this.#deliver(at % this.#underway.length);
  }

  drop(at = 0): void {
    this.#underway.splice(at % (this.#underway.length || 1), 1);
  }

  double(at: number): void {
    const letter = this.#underway[at % (this.#underway.length || 1)];
    if (letter) this.#underway.push(letter);
  }

  dropAll(): void {
    this.#underway.length = 0;
  }

  deliverAll(): void {
    while (this.#underway.length > 0) this.#deliver(0);
  }

  #deliver(at: number): void {
    const [letter] = this.#underway.splice(at, 1);
    if (letter) this.#hearers.get(letter.to)?.(letter.from, structuredClone(letter.message));
  }
}
