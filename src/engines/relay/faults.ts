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

/** An error with a code, as the system's have one. */
export function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

/** What is told of a stream that ends otherwise than well, by its code (RFC 9113, 7). */
const streamCodes = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

export function streamCode(code: number): string {
  return streamCodes[code] ?? `stream code ${code}`;
}

const garbledCodes: ReadonlySet<string> = new Set([
  "HTTPParserError",
  "UND_ERR_HEADERS_OVERFLOW",
  "ERR_HTTP2_ERROR",
  "PROTOCOL_ERROR",
  "FRAME_SIZE_ERROR",
  "COMPRESSION_ERROR",
]);

/** Whether a code of the HTTP client means that the bytes were not HTTP. */
export function isGarbled(code: string): boolean {
  return garbledCodes.has(code) || code.startsWith("HPE_");
}
