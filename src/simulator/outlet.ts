import type { ServerResponse } from "node:http";
import { constants, Http2ServerResponse } from "node:http2";
import { unchunk } from "./sse.ts";

/** Where a stream is written: chunk-framed bytes in, flow control out. */
export interface Outlet {
  /** Sends the headers and the first bytes in one packet. */
  open(first: Buffer): void;
  /** False when the client is behind: write no more before `onceDrained`. */
  write(framed: Buffer): boolean;
  onceDrained(listener: () => void): void;
  /** Called once, when the response is over or the client has gone. */
  onClose(listener: () => void): void;
  end(): void;
  /**
   * Ends the response without the end of its body. Over HTTP/1.1 the connection is closed, by `reset` with a TCP reset; over
   * HTTP/2 the stream ends with an error, by `reset` the connection with all that it carries.
   */
  destroy(reset: boolean): void;
}

export function openOutlet(response: ServerResponse, headers: Readonly<Record<string, string>>): Outlet {
  return response instanceof Http2ServerResponse
    ? openStreamOutlet(response, headers)
    : openSocketOutlet(response, headers);
}

/**
 * Writes a chunked response straight to its socket. `ServerResponse.write` would build the framing and cork the socket
 * for every delta; the framing is already in the buffers, so a delta is one write.
 */
function openSocketOutlet(response: ServerResponse, headers: Readonly<Record<string, string>>): Outlet {
  const socket = response.socket;
  // Gone already, or pipelined behind a stream that may never end.
  if (socket === null || socket.destroyed) throw new Error("the client does not listen on this connection");
  return {
    open(first) {
      socket.setNoDelay(true);
      socket.cork();
      response.writeHead(200, { ...headers, "transfer-encoding": "chunked" });
      response.flushHeaders();
      socket.write(first);
      socket.uncork();
    },
    write: (framed) => socket.destroyed || socket.write(framed),
    onceDrained: (listener) => void socket.once("drain", listener),
    onClose: (listener) => void response.once("close", listener),
    end: () => void response.end(),
    destroy: (reset) => void (reset ? socket.resetAndDestroy() : socket.destroy()),
  };
}

function openStreamOutlet(response: Http2ServerResponse, headers: Readonly<Record<string, string>>): Outlet {
  const { stream } = response;
  if (stream === undefined || stream.destroyed) throw new Error("the client does not listen on this stream");
  return {
    open(first) {
      response.writeHead(200, headers);
      response.write(unchunk(first));
    },
    write: (framed) => stream.destroyed || stream.write(unchunk(framed)),
    onceDrained: (listener) => void stream.once("drain", listener),
    onClose: (listener) => void response.once("close", listener),
    end: () => void response.end(),
    destroy: (reset) => (reset ? stream.session?.destroy() : stream.close(constants.NGHTTP2_INTERNAL_ERROR)),
  };
}
