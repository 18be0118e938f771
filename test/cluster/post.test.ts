import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { freshId, type OpenCustomer, openCustomer } from "../support/customer.ts";
import { openProxy } from "../support/proxy.ts";
import { openRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { asking, openService } from "./service.support.ts";

const long = { deltaMs: 40, deltaChars: 20 };

/** Asks by HTTP, as the customer that is open elsewhere. */
function post(url: string, { opened }: OpenCustomer, text: string, accept = "application/json"): Promise<Response> {
  return fetch(`${url}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", accept, authorization: `Bearer ${opened.guestToken}` },
    body: JSON.stringify({ messageId: freshId(), text }),
  });
}

test.each(["application/json", "text/event-stream"])(
  "S5: a question by HTTP (%s) is answered though its node missed that the answer began and ended",
  { timeout: 40_000 },
  async (accept) => {
    await using redis = await openRedis();
    await using line = await openProxy(redis.port);
    await using near = await openService({ nodes: 1, redis });
    await using far = await openService({
      nodes: 1,
      redis: { env: { REDIS_URL: `redis://127.0.0.1:${line.port}` } },
    });
    await using here = await openCustomer(near.url);
    await here.begin(asking({ ...long, chars: 500 }));
    const posted = post(far.url, here, asking({ ...long, chars: 100 }, "by HTTP"), accept);
    const second = await here.fact("message:added", ({ message }) => message.text.includes("by HTTP"));
    await line.refuse();
    await here.fact("turn:ended", ({ turnId }) => turnId === second.message.turnId);
    await line.resume();
    const reply = await (await posted).text();
    expect(reply).toContain(accept === "application/json" ? '"outcome":"completed"' : "event: turn:ended");
  },
);

test("N3: a node that closes sends a question by HTTP to another one, which gives the same answer, and ends in time", {
  timeout: 40_000,
}, async () => {
  await using service = await openService({ nodes: 2, env: { DRAIN_SECONDS: "2" } });
  const [url = "", other = ""] = service.urls;
  await using here = await openCustomer(url);
  await here.begin(asking({ ...long, chars: 3_000 }));
  const text = asking({ ...long, chars: 100 }, "by HTTP");
  const posted = post(other, here, text);
  const stream = post(other, here, asking({ ...long, chars: 100 }, "too"), "text/event-stream");
  await until("both are asked", () => here.facts.filter(({ name }) => name === "message:added").length === 3);
  await pause(200);
  const at = performance.now();
  const exit = await service.nodes[1]?.kill("SIGTERM");
  expect(performance.now() - at).toBeLessThan(5_000);
  expect(exit).toBe(0);
  expect(await (await posted).json()).toMatchObject({ ok: false, error: { code: "draining" } });
  expect(await (await stream).text()).toContain("event: node:draining");
});
