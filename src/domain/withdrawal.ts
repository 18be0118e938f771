import type { Admission } from "./admission.ts";

export interface WithdrawalOptions {
  readonly admission: Pick<Admission, "leave" | "back">;
  /** Lets go of those who wait for nothing here; resolves when they are gone. */
  readonly release: () => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** So often it is looked who is no longer being answered and may go. */
const againMs = 1_000;

/**
 * This node is out of the balancer because an operator wants it so, and comes back when they do (N3): nothing new is granted to
 * it, its running answers go on to their end, and its sockets are moved over as they wait for nothing here.
 */
export class Withdrawal {
  readonly #options: WithdrawalOptions;
  #isOut = false;
  #releasing = false;

  constructor(options: WithdrawalOptions) {
    this.#options = options;
  }

  set(isOut: boolean): void {
    if (isOut === this.#isOut) return;
    this.#isOut = isOut;
    const { admission, onFault } = this.#options;
    if (!isOut) return admission.back();
    admission.leave();
    this.#releaseAll().catch((fault: unknown) => onFault(fault, "withdrawal"));
  }

  /** Lets nobody go any more: the node closes. */
  close(): void {
    this.#isOut = false;
  }

  async #releaseAll(): Promise<void> {
    if (this.#releasing) return;
    this.#releasing = true;
    while (this.#isOut) {
      await this.#options.release();
      await this.#options.pause(againMs);
    }
    this.#releasing = false;
  }
}
