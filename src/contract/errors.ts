/**
 * Every way a command, a turn or a request can be refused: code, whether trying again can help, and the sentence that
 * is sent along. The pages translate by code; the sentence is for developers and for clients without a translation.
 */
export const errors = {
  "bad-request": { retryable: false, sentence: "The payload does not have the expected shape." },
  "unknown-command": { retryable: false, sentence: "There is no command of that name." },
  unauthenticated: { retryable: false, sentence: "The token is missing, malformed or not signed by a known key." },
  "token-expired": { retryable: false, sentence: "The token has expired; ask the shop for a fresh one." },
  forbidden: { retryable: false, sentence: "The caller may not do that." },
  "origin-refused": { retryable: false, sentence: "Pages of this origin may not connect." },
  "not-found": { retryable: false, sentence: "There is no such conversation, turn or message." },
  "not-open": { retryable: false, sentence: "Send conversation:open before any other command." },
  "message-conflict": { retryable: false, sentence: "That messageId was already used for another text." },
  "too-large": { retryable: false, sentence: "The payload is larger than 16 KB." },
  "rate-limited": { retryable: true, sentence: "Too many commands in a short time." },
  "too-many-connections": { retryable: true, sentence: "Too many new connections from one address." },
  shed: {
    retryable: true,
    sentence: "More customers are asking than can be answered; please come back a little later.",
  },
  "place-given-up": {
    retryable: true,
    sentence: "Nobody was there for a minute, so the place in line was given up; please ask again.",
  },
  draining: { retryable: true, sentence: "This node is shutting down; connect again to reach another." },
  taken: { retryable: false, sentence: "Another agent has taken this conversation." },
  "not-responder": { retryable: false, sentence: "Only the agent who has taken the conversation may do that." },
  "agents-away": { retryable: true, sentence: "Nobody of the team is available right now." },
  "assistant-busy": {
    retryable: true,
    sentence: "The assistant has too much to do right now; please ask again shortly.",
  },
  "assistant-slow": { retryable: true, sentence: "The assistant did not answer in time; please ask again." },
  "assistant-unreachable": {
    retryable: true,
    sentence: "The assistant cannot be reached right now; please ask again.",
  },
  "assistant-cut": { retryable: true, sentence: "The answer broke off before its end; please ask again." },
  "assistant-declined": {
    retryable: false,
    sentence: "The assistant cannot help with that; please ask in another way.",
  },
  "assistant-unavailable": {
    retryable: false,
    sentence: "The assistant cannot answer at the moment because of a problem on our side; the shop has been told.",
  },
  unavailable: { retryable: true, sentence: "The service cannot do this at the moment." },
  internal: { retryable: true, sentence: "Something went wrong on our side." },
} as const satisfies Record<string, { retryable: boolean; sentence: string }>;

export type ErrorCode = keyof typeof errors;

/** What a client receives. `retryAfterMs` says when trying again makes sense. */
export interface WireError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  retryAfterMs?: number;
}

/** The one error class: thrown when a caller cannot go on, translated to the wire by the door alone. */
export class TidegateError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, detail?: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(detail ?? errors[code].sentence, { cause: options.cause });
    this.name = "TidegateError";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Without a stack, which costs many times the rest: for what thousands are told each second, and where it comes from is plain. */
  static often(code: ErrorCode, options: { retryAfterMs?: number } = {}): TidegateError {
    return withoutStacks(() => new TidegateError(code, undefined, options));
  }
}

/** The errors that `make` makes have no stacks: those cost much, and hold all whose code was running until somebody reads them. */
export function withoutStacks<T>(make: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** The wire form of `code`; `detail` replaces the table's sentence where it can be more precise. */
export function wireError(code: ErrorCode, detail?: string, retryAfterMs?: number): WireError {
  const { retryable, sentence } = errors[code];
  const error: WireError = { code, message: detail ?? sentence, retryable };
  if (retryAfterMs !== undefined) error.retryAfterMs = retryAfterMs;
  return error;
}

/** Anything thrown, as the caller may see it: our own errors as they are, everything else as `internal`. */
export function toWireError(thrown: unknown): WireError {
  return thrown instanceof TidegateError
    ? wireError(thrown.code, thrown.message, thrown.retryAfterMs)
    : wireError("internal");
}
