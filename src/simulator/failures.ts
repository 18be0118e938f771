/** A refusal as the API would write it: status, body and headers of one failed request. */
export interface Failure {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Goes into `error.details.error_code`, the only thing that tells some failures apart. */
  readonly code?: string | undefined;
  readonly retryAfter?: string | undefined;
  /** Replaces the JSON body by a page, as a proxy in front of the API does. */
  readonly html?: boolean | undefined;
}

/** Every failure by the name a directive calls it. */
export const failures = {
  "bad-request": { status: 400, type: "invalid_request_error", message: "The request is not valid." },
  "usage-limit": {
    status: 400,
    type: "invalid_request_error",
    message: "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
  },
  "credit-low": {
    status: 400,
    type: "invalid_request_error",
    message:
      "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
  },
  "bad-key": { status: 401, type: "authentication_error", message: "invalid x-api-key" },
  billing: {
    status: 402,
    type: "billing_error",
    message: "There is an issue with your billing or payment information.",
  },
  forbidden: {
    status: 403,
    type: "permission_error",
    message: "Your API key does not have permission to use the specified resource.",
  },
  "unknown-model": { status: 404, type: "not_found_error", message: "model: not found" },
  "bad-method": { status: 405, type: "invalid_request_error", message: "Method Not Allowed" },
  "too-large": { status: 413, type: "request_too_large", message: "Request exceeds the maximum size" },
  "rate-limit": {
    status: 429,
    type: "rate_limit_error",
    message: "This request would exceed your organization's rate limit of requests per minute.",
  },
  "ramp-limit": {
    status: 429,
    type: "rate_limit_error",
    message: "Your usage increased too quickly. Please ramp up gradually.",
    code: "ramp_limit_exceeded",
    retryAfter: "5",
  },
  "spend-limit": {
    status: 429,
    type: "rate_limit_error",
    message: "Your organization has crossed the monthly API usage threshold of its tier.",
    code: "enforced_spend_limit_reached",
  },
  "api-error": { status: 500, type: "api_error", message: "Internal server error" },
  "bad-gateway": { status: 502, type: "api_error", message: "Bad gateway", html: true },
  unavailable: { status: 503, type: "api_error", message: "Service unavailable" },
  timeout: { status: 504, type: "timeout_error", message: "The request timed out." },
  overloaded: { status: 529, type: "overloaded_error", message: "Overloaded" },
} as const satisfies Record<string, Failure>;

export type FailureName = keyof typeof failures;

export const failureNames = Object.keys(failures) as [FailureName, ...FailureName[]]; // CAST: keys of a literal

/** Thrown where a request cannot be served; the server's one door turns it into the response. */
export class Refused extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Refuses a request whose contents the API would call invalid. */
export function refuseInvalid(message: string): never {
  throw new Refused({ ...failures["bad-request"], message });
}

/** The JSON body of a failure, byte for byte in the order the API writes it. */
export function failureBody(failure: Failure, requestId: string) {
  return { type: "error", error: failureError(failure), request_id: requestId };
}

/** The page a proxy shows in place of an answer. */
export function failurePage(status: number): string {
  return `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>relay</body></html>\n`;
}

function failureError({ type, message, code }: Failure) {
  return code === undefined ? { type, message } : { type, message, details: { error_code: code } };
}
