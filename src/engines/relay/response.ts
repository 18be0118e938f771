import type { RelayBody } from "./body.ts";

/** The most that is read of an answer that is not a stream of events. */
const maxTextBytes = 65_536;

type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * As much of a `Response` as the SDK reads of a streamed one. `ok` is true only for a stream of events, so that the SDK
 * reads everything else as an error, whatever its status: web pages and error objects that come with a 200 too.
 */
export function openResponse(url: string, status: number, raw: RawHeaders, body: RelayBody): Response {
  const headers = toHeaders(raw);
  const ok = status < 300 && status !== 204 && isEventStream(headers.get("content-type"));
  const shim = { url, status, ok, headers, body, text: () => readText(body) };
  // CAST: the SDK reads these members alone; a real Response would put a web stream between socket and parser.
  return shim as unknown as Response;
}

/** A relay that names no content type is believed. */
function isEventStream(contentType: string | null): boolean {
  return contentType === null || /^\s*text\/event-stream\b/i.test(contentType);
}

function toHeaders(raw: RawHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

/** At most {@link maxTextBytes}; what came before a failure counts as the text: the status is known, and says more than why. */
function readText(body: RelayBody): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const chunks: Uint8Array[] = [];
  const end = () => resolve(Buffer.concat(chunks).subarray(0, maxTextBytes).toString());
  body.open({
    read(chunk) {
      chunks.push(chunk);
      if (body.receivedBytes <= maxTextBytes) return;
      body.leave();
      end();
    },
    end,
  });
  return promise;
}
