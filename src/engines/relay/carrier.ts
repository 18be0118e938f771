import type { Exchange } from "./exchange.ts";

/** One request to the relay, as it goes out whatever the protocol. */
export interface WireRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Carries requests to one origin over connections that it opens as they are needed, and keeps for the next ones. */
export interface Carrier {
  /** What the next request goes out by, as far as is known. */
  readonly protocol: "HTTP/1.1" | "HTTP/2";
  /** Never throws; the exchange is told what becomes of the request. */
  dispatch(request: WireRequest, exchange: Exchange): void;
  /** Ends every open exchange with an error, and those that come later. */
  destroy(): Promise<void>;
  /**
   * To be called while an exchange is handed what came for it: its connection is not read for so many milliseconds from then on,
   * unless others share it. Says whether `over` is called, once, when it is read again.
   */
  readonly rest: (ms: number, over: () => void) => boolean;
}
