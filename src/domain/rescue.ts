import type { Handoff } from "./handoff.ts";
import { Latest } from "./latest.ts";
import { Outage } from "./outage.ts";
import type { Listener, Step } from "./steps.ts";

export interface RescueOptions {
  readonly handoff: () => Pick<Handoff, "seek">;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** So many answers that fail one after the other call for a person. */
const mostFailures = 2;
const mostKnown = 5_000;

/** Asks for a person where the assistant fails again and again (H3). */
export class Rescue implements Listener {
  readonly #options: RescueOptions;
  /** Failures in a row, by conversation. */
  readonly #failures = new Latest<string, number>(mostKnown);

  constructor(options: RescueOptions) {
    this.#options = options;
  }

  step(step: Step): void {
    if (step.kind !== "turn-ended") return;
    const { conversationId } = step.ref;
    const failures = step.outcome === "failed" ? (this.#failures.get(conversationId) ?? 0) + 1 : 0;
    this.#failures.delete(conversationId);
    if (failures === 0) return;
    if (failures >= mostFailures) return this.#seek(conversationId);
    this.#failures.set(conversationId, failures);
  }

  text(): void {}

  #seek(conversationId: string): void {
    const { handoff, onFault } = this.#options;
    const sought = handoff().seek(conversationId, "The assistant's answers failed.");
    sought.catch((fault: unknown) => {
      if (!(fault instanceof Outage)) onFault(fault, conversationId);
    });
  }
}
