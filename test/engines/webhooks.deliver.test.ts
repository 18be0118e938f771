import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/engines/system-clock.ts";
import { openSender, type Sender } from "../../src/engines/webhooks/deliver.ts";
import { answering, ShopServer, silent, webhookSecret } from "../support/hook-server.ts";

const body = JSON.stringify({
  type: "conversation.resolved",
  timestamp: "2026-11-11T00:00:00.000Z",
  data: { conversationId: "c1", customer: { id: "李雷", class: "vip" } },
});
const delivery = { webhookId: "e1", body };
const former = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const never = new AbortController().signal;

let shop: ShopServer;
let sender: Sender;
const send = (signal = never) => sender.send(shop.url, delivery, signal);

beforeAll(async () => {
  sender = openSender({ secrets: [webhookSecret, former], clock: systemClock, timeoutMs: 500 });
});
afterAll(() => sender[Symbol.asyncDispose]());
beforeEach(async () => {
  shop = await ShopServer.open();
});
afterEach(() => shop[Symbol.asyncDispose]());

describe("the signature", () => {
  test("a delivery is signed as Standard Webhooks says, by every secret, and a verifier with either finds it good", async () => {
    await using other = await ShopServer.open(former);
    expect(await send()).toEqual({ kind: "delivered" });
    expect(await sender.send(other.url, delivery, never)).toEqual({ kind: "delivered" });
    expect([...shop.faults, ...other.faults]).toEqual([]);
    const { headers, body: got } = shop.received[0] ?? {};
    if (headers === undefined) throw new Error("nothing was received");
    expect(got).toBe(body);
    const signedAt = Number(headers["webhook-timestamp"]);
    expect(Math.abs(signedAt - Date.now() / 1_000)).toBeLessThan(5);
    const signatures = [webhookSecret, former].map((secret) => {
      const key = Buffer.from(secret.slice("whsec_".length), "base64");
      return `v1,${createHmac("sha256", key).update(`e1.${signedAt}.${body}`).digest("base64")}`;
    });
    expect(headers["webhook-signature"]).toBe(signatures.join(" "));
    expect(headers["webhook-id"]).toBe("e1");
    expect(headers["content-type"]).toBe("application/json");
  });

  test("a verifier with another secret finds it bad", async () => {
    await using stranger = await ShopServer.open(`whsec_${Buffer.alloc(24, 8).toString("base64")}`);
    expect(await sender.send(stranger.url, delivery, never)).toMatchObject({ kind: "refused" });
    expect(stranger.received).toEqual([]);
  });
});

describe("what the answer means", () => {
  test.each([
    [200, { kind: "delivered" }],
    [299, { kind: "delivered" }],
    [301, { kind: "refused", why: "status 301" }],
    [400, { kind: "refused", why: "status 400" }],
    [401, { kind: "refused", why: "status 401" }],
    [404, { kind: "refused", why: "status 404" }],
    [408, { kind: "failed", why: "status 408" }],
    [410, { kind: "gone" }],
    [429, { kind: "failed", why: "status 429" }],
    [500, { kind: "failed", why: "status 500" }],
    [503, { kind: "failed", why: "status 503" }],
  ])("a status of %i is taken for what it says", async (status, sent) => {
    shop.behave = answering(status);
    expect(await send()).toEqual(sent);
  });

  test("retry-after is read, in seconds and as a date", async () => {
    shop.behave = answering(429, { "retry-after": "7" });
    expect(await send()).toEqual({ kind: "failed", why: "status 429", retryAfterMs: 7_000 });
    shop.behave = answering(503, { "retry-after": new Date(Date.now() + 60_000).toUTCString() });
    const sent = await send();
    expect(sent.kind === "failed" && sent.retryAfterMs).toBeGreaterThan(50_000);
    shop.behave = answering(503, { "retry-after": "soon" });
    expect(await send()).toEqual({ kind: "failed", why: "status 503" });
  });

  test("a redirect is not followed", async () => {
    await using elsewhere = await ShopServer.open();
    shop.behave = answering(307, { location: elsewhere.url });
    expect(await send()).toEqual({ kind: "refused", why: "status 307" });
    expect(elsewhere.received).toEqual([]);
  });

  test("an endpoint that does not answer in time has failed", async () => {
    shop.behave = silent;
    expect(await send()).toEqual({ kind: "failed", why: "no answer within 500 ms" });
  });

  test("an endpoint that is not there has failed, and the reason holds nothing of its address", async () => {
    const { url } = shop;
    await shop[Symbol.asyncDispose]();
    const sent = await sender.send(`${url}?token=secret`, delivery, never);
    expect(sent).toEqual({ kind: "failed", why: "ECONNREFUSED" });
    shop = await ShopServer.open();
  });

  test("an endpoint that breaks the connection off has failed", async () => {
    shop.behave = (response) => response.destroy();
    expect(await send()).toMatchObject({ kind: "failed" });
  });

  test("what the answer says is not waited for, and a body without an end is cut off", async () => {
    const cut = new Promise<void>((resolve) => {
      shop.behave = (response) => {
        response.writeHead(200);
        const more = setInterval(() => response.write("x".repeat(4_096)), 5);
        response.once("close", () => {
          clearInterval(more);
          resolve();
        });
      };
    });
    await using patient = openSender({ secrets: [webhookSecret], clock: systemClock, timeoutMs: 60_000 });
    expect(await patient.send(shop.url, delivery, never)).toEqual({ kind: "delivered" });
    await cut;
  });

  test("whoever leaves does not wait", async () => {
    shop.behave = silent;
    const leaving = new AbortController();
    const sent = send(leaving.signal);
    leaving.abort();
    expect(await sent).toEqual({ kind: "failed", why: "AbortError" });
  });
});
