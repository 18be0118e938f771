import { TidegateError } from "../contract/errors.ts";

/** What was asked of the store may or may not have happened: it is away, or did not answer in time (N4). */
export class Outage extends TidegateError {
  constructor(cause?: unknown) {
    super("unavailable", undefined, { retryAfterMs: 1_000, cause });
    this.name = "Outage";
  }
}
