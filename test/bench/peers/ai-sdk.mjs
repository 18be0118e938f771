// The Vercel AI SDK's UI message stream over server-sent events; with REDIS_URL through `resumable-stream`, so that a reload can go on.
import { createAnthropic } from "@ai-sdk/anthropic";
import { streamText } from "ai";
import { createClient } from "redis";
import { createResumableStreamContext } from "resumable-stream";
import { model, relayUrl, serve } from "./serving.mjs";

const anthropic = createAnthropic({ baseURL: `${relayUrl}/v1`, apiKey: "key" });
const context = process.env.REDIS_URL ? await openContext(process.env.REDIS_URL) : null;
let streams = 0;

async function openContext(url) {
  const publisher = createClient({ url });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return createResumableStreamContext({ waitUntil: null, publisher, subscriber });
}

serve(async (request, response) => {
  let prompt = "";
  for await (const chunk of request) prompt += chunk;
  const result = streamText({
    model: anthropic(model),
    system: "You answer the customers of a shop.",
    prompt,
    maxOutputTokens: 64_000,
  });
  const text = result.toUIMessageStreamResponse().body.pipeThrough(new TextDecoderStream());
  const stream = context
    ? await context.createNewResumableStream(`stream-${process.pid}-${streams++}`, () => text)
    : text;
  response.writeHead(200, { "content-type": "text/event-stream" });
  for await (const chunk of stream) response.write(chunk);
  response.end();
});
