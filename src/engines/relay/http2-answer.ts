import { type ClientHttp2Stream, constants } from "node:http2";
import type { Exchange } from "./exchange.ts";
import { coded, codeOf, streamCode } from "./faults.ts";

/** What becomes of a request that the relay has not looked at: it can be made again without asking for anything twice. */
export interface Unserved {
  readonly refused: () => void;
  readonly wantsHttp1: () => void;
}

export interface Carried extends Unserved {
  /** Nobody waits for the answer any more. */
  readonly givenUp: () => void;
  /** The stream is no more. Called once, before anything else is told of its end. */
  readonly closed: () => void;
}

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_HTTP_1_1_REQUIRED } = constants;
const headersFrame = 1;

/** Brings one answer from its stream to the exchange. */
export function carry(stream: ClientHttp2Stream, exchange: Exchange, carried: Carried): void {
  let isAnswered = false;
  let isUnsent = false;
  let fault: Error | null = null;
  /** What came in the same moment as the headers may be told before them. */
  const early: Buffer[] = [];
  stream.on("response", ({ ":status": status = 0, ...headers }) => {
    isAnswered = true;
    exchange.onResponseStart(null, status, headers);
    for (const chunk of early.splice(0)) exchange.onResponseData(null, chunk);
  });
  stream.on("data", (chunk: Buffer) => {
    if (isAnswered) exchange.onResponseData(null, chunk);
    else early.push(chunk);
  });
  stream.on("frameError", (type) => {
    isUnsent ||= type === headersFrame;
  });
  stream.on("error", (error) => {
    fault = error;
  });
  stream.on("close", () => {
    carried.closed();
    const { rstCode = NGHTTP2_NO_ERROR } = stream;
    // A code of the whole connection says nothing of this request.
    const own = fault !== null && codeOf(fault) === "ERR_HTTP2_SESSION_ERROR" ? NGHTTP2_NO_ERROR : rstCode;
    const isLookedAt = isAnswered || early.length > 0;
    if (!isLookedAt && (isUnsent || own === NGHTTP2_REFUSED_STREAM)) carried.refused();
    else if (!isLookedAt && own === NGHTTP2_HTTP_1_1_REQUIRED) carried.wantsHttp1();
    else if (isAnswered && fault === null && rstCode === NGHTTP2_NO_ERROR) exchange.onResponseEnd();
    else exchange.onResponseError(null, toldFault(rstCode, fault));
  });
  exchange.onRequestStart({
    abort: () => {
      carried.givenUp();
      stream.close(NGHTTP2_CANCEL);
    },
  });
}

/** A code that the relay gave says more than what is made of it here; that of a stream that was lost says nothing. */
function toldFault(rstCode: number, fault: Error | null): Error {
  if (rstCode === NGHTTP2_NO_ERROR || rstCode === NGHTTP2_CANCEL) return fault ?? coded("It was closed.", "ECONNRESET");
  if (fault !== null && !codeOf(fault).startsWith("ERR_HTTP2_S")) return fault;
  return coded("The relay ended the stream.", streamCode(rstCode));
}
