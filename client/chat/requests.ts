import type { WireError } from "../../src/contract/errors.ts";
import type { CommandInput, CommandName, CommandResult, Reply } from "../../src/contract/events.ts";
import type { Clock } from "./clock.ts";
import type { Emit } from "./socket.ts";

/** What commands reject with when no acknowledgement came: compare by identity. */
export const lost: WireError = { code: "unavailable", message: "The server cannot be reached.", retryable: true };

/** What they reject with when the acknowledgement made no sense. */
const garbled: WireError = {
  code: "internal",
  message: "The server's answer makes no sense.",
  retryable: true,
};

/** Resolves with the result; rejects with the refusal, or {@link lost} when the connection broke or time was up. */
export type Request = <N extends CommandName>(
  name: N,
  payload: CommandInput<N>,
  withinMs?: number,
) => Promise<CommandResult<N>>;

export interface Requests {
  readonly request: Request;
  /** The connection is gone: nothing that is unanswered will be answered. */
  lose(): void;
}

const ackWaitMs = 10_000;

export interface RequestsOptions {
  readonly clock: Clock;
  /** What sends, while there is a connection. */
  emit(): Emit | null;
  /** Told each refusal; true when another connection would help: then the command counts as lost. */
  cured(error: WireError): boolean;
}

export function openRequests({ clock, emit, cured }: RequestsOptions): Requests {
  const unanswered = new Set<() => void>();

  return {
    lose() {
      for (const lose of unanswered) lose();
    },

    request: (name, payload, withinMs = ackWaitMs) =>
      new Promise((resolve, reject) => {
        const send = emit();
        if (!send) return reject(lost);
        const lose = () => {
          done();
          reject(lost);
        };
        const cancel = clock.after(withinMs, lose);
        const done = () => {
          cancel();
          unanswered.delete(lose);
        };
        unanswered.add(lose);
        send(name, payload, (given) => {
          done();
          // CAST: looked at before anything is taken from it.
          const reply = given as Reply<CommandResult<typeof name>> | null | undefined;
          if (reply?.ok && reply.result) return resolve(reply.result);
          const error = (reply?.ok === false && reply.error) || garbled;
          reject(cured(error) ? lost : error);
        });
      }),
  };
}
