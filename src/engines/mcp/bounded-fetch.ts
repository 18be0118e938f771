/** No honest answer of a tool is larger. */
export const maxAnswerBytes = 1_048_576;

/** `fetch` whose answers to a POST end with an error when they grow too large; a GET is the stream of notifications. */
export async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (init?.method !== "POST" || response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(bound()), { status, statusText, headers });
}

function bound(): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) controller.error(new Error(`The answer has more than ${maxAnswerBytes} bytes.`));
      else controller.enqueue(chunk);
    },
  });
}
