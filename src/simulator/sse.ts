/** How events look on the wire. */
export interface Wire {
  readonly crlf: boolean;
}

/** One server-sent event, as a chunk of a chunked HTTP body: ready for the socket, one write. */
export function eventChunk(name: string, data: object, wire: Wire): Buffer {
  return rawChunk(name, JSON.stringify(data), wire);
}

/** An event whose data is written as it is, even if it is no JSON. */
export function rawChunk(name: string, data: string, { crlf }: Wire): Buffer {
  const line = crlf ? "\r\n" : "\n";
  return chunk(Buffer.from(`event: ${name}${line}data: ${data}${line}${line}`));
}

/** Wraps bytes in the framing of `transfer-encoding: chunked`. */
export function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** Takes the framing off again, so that the same bytes can be cut differently. */
export function unchunk(framed: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < framed.length; ) {
    const head = framed.indexOf("\r\n", at);
    const start = head + 2;
    const end = start + Number.parseInt(framed.toString("latin1", at, head), 16);
    parts.push(framed.subarray(start, end));
    at = end + 2;
  }
  return Buffer.concat(parts);
}
