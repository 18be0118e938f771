import type { Dispatcher } from "undici";
import { RelayBody } from "./body.ts";
import type { Carrier } from "./carrier.ts";
import { BrokenAnswer, codeOf, isGarbled, Unreachable } from "./faults.ts";
import { openResponse } from "./response.ts";

/** What of a request's controller is used here. */
export type Abortable = Pick<Dispatcher.DispatchController, "abort">;
export type RawHeaders = Parameters<typeof openResponse>[2];

/**
 * One request and its answer, driven by the callbacks of whatever carries them. Aborting `signal` settles everything in the same
 * moment, also while the connection is still being made, and closes the connection.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #answer = Promise.withResolvers<Response>();
  readonly #url: string;
  readonly #signal: AbortSignal | null;
  readonly #rest: Carrier["rest"];
  #controller: Abortable | null = null;
  #body: RelayBody | null = null;
  #closedBy: Error | null = null;

  constructor(url: string, signal: AbortSignal | null, rest: Carrier["rest"] = () => false) {
    this.#url = url;
    this.#signal = signal;
    this.#rest = rest;
    if (signal?.aborted === true) this.#abort();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  get answer(): Promise<Response> {
    return this.#answer.promise;
  }

  /** Whoever asked wants no answer any more, and has been told so. */
  get isGivenUp(): boolean {
    return this.#closedBy !== null;
  }

  onRequestStart(controller: Abortable): void {
    if (this.#closedBy === null) this.#controller = controller;
    else controller.abort(this.#closedBy);
  }

  onResponseStart(_: Abortable | null, status: number, headers: RawHeaders): void {
    if (status < 200) return;
    this.#body = new RelayBody(this.#close, this.#rest);
    this.#answer.resolve(openResponse(this.#url, status, headers, this.#body));
  }

  onResponseData(_: Abortable | null, chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    this.#forgetSignal();
    this.#body?.finish();
  }

  onResponseError(_: Abortable | null, error: Error): void {
    this.#forgetSignal();
    this.#fail(error);
  }

  readonly #abort = (): void => {
    if (this.#body?.released !== true) this.#close(new DOMException("The attempt was stopped.", "AbortError"));
  };

  readonly #close = (reason: Error): void => {
    if (this.#closedBy !== null) return;
    this.#closedBy = reason;
    this.#forgetSignal();
    this.#fail(reason);
    this.#controller?.abort(reason);
  };

  #fail(error: Error): void {
    if (this.#body === null) this.#answer.reject(error === this.#closedBy ? error : asUnanswered(error));
    else this.#body.fail(error);
  }

  #forgetSignal(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
  }
}

/** Something answered, but not in HTTP; or nothing answered. */
function asUnanswered(error: Error): Error {
  const code = codeOf(error);
  return isGarbled(code) ? new BrokenAnswer(`what answered does not speak HTTP (${code})`) : new Unreachable(code);
}
