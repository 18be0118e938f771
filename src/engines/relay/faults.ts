/** Nothing was answered. `code` is the system's or the HTTP client's; the cause is kept apart, see below. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  readonly code: string;

  /** The SDK drops every error in whose text, or whose cause's text, time runs out: so neither may speak of it. */
  constructor(code: string) {
    super("The relay was not reached.");
    this.code = code;
  }
}

/** What was answered is not a stream of events. The message is fit for the log: it quotes nothing that was answered. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
}

/** What an error is called where it comes from: its code, else its name. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  return "code" in thrown && typeof thrown.code === "string" ? thrown.code : thrown.name;
}

/** Whether a code of the HTTP client means that the bytes were not HTTP. */
export function isGarbled(code: string): boolean {
  return code.startsWith("HPE_") || code === "HTTPParserError" || code === "UND_ERR_HEADERS_OVERFLOW";
}
