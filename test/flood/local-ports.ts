/** All below those that Linux gives out by itself. */
const range = { from: 1_024, to: 32_767 };

/**
 * A port of one's own for each new connection, in turn. Whoever lets the system choose has it look for a free one among all that
 * a flood has used, which after a minute takes an eighth of the machine that the server shares (docs/security.md).
 */
export class LocalPorts {
  readonly #from: number;
  readonly #count: number;
  #next = 0;

  /** The part from `start` on of all ports, as large as `share`: both from 0 to 1. */
  constructor(start: number, share: number) {
    const all = range.to - range.from;
    this.#from = range.from + Math.floor(start * all);
    this.#count = Math.floor(share * all);
  }

  take(): number {
    const port = this.#from + this.#next;
    this.#next = (this.#next + 1) % this.#count;
    return port;
  }
}
