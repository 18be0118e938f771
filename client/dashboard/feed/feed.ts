import type { WireError } from "../../../src/contract/errors.ts";
import type {
  OperatorCommandInput,
  OperatorCommandName,
  OperatorCommandResult,
} from "../../../src/contract/operator-events.ts";
import type { History, ServiceState } from "../../../src/contract/service.ts";

/** All that the dashboard shows. */
export interface FeedState {
  /** `refused` is final: it takes another token. */
  readonly link: "connecting" | "online" | "reconnecting" | "refused";
  readonly refusal?: WireError | undefined;
  /** The operator, as they are named beside what they do. */
  readonly name: string | null;
  readonly service: ServiceState | null;
  readonly history: History | null;
  /** When `service` came, on the page's own clock: from then on it grows old. */
  readonly heardAt: number;
}

/** What an operator may order. */
export type OrderName = Exclude<OperatorCommandName, "service:open">;

/** An operator's side of the service, without any page: the figures as they come, and orders. */
export interface Feed {
  readonly state: FeedState;
  subscribe(listener: () => void): () => void;
  /** Rejects with a wire error. */
  ask<N extends OrderName>(name: N, payload: OperatorCommandInput<N>): Promise<OperatorCommandResult<N>>;
  /** Opens anew what may have been missed: call on wake-up. */
  reconcile(): void;
  close(): void;
}

/** Older figures are shown as old. */
export const staleMs = 3_000;

/** How old the figures are by now, in milliseconds. */
export function ageOf({ heardAt }: Pick<FeedState, "heardAt">, now: number): number {
  return Math.max(0, now - heardAt);
}
