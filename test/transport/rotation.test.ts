import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { guestOf, openCustomer } from "../support/customer.ts";
import { ShopServer } from "../support/hook-server.ts";
import { openRedis } from "../support/redis.ts";
import { generous, openTestServer } from "../support/server.ts";

const former = "the secret that signed until today and is long enough";
const latter = "the secret that signs from today on and is long enough";
const hookSecret = (byte: number) => `whsec_${Buffer.alloc(24, byte).toString("base64")}`;

const tokenOf = (key: string) =>
  new SignJWT({ role: "customer", class: "vip" })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("li")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(key));

test("X1 W1: secrets of tokens and of webhooks are replaced node by node, and nobody notices", async () => {
  await using redis = await openRedis();
  await using slow = await ShopServer.open(hookSecret(1));
  await using quick = await ShopServer.open(hookSecret(2));
  const open = (AUTH_SECRET: string, WEBHOOK_SECRET: string, shops: readonly ShopServer[]) =>
    openTestServer({
      env: { ...redis.env, AUTH_SECRET, WEBHOOK_SECRET },
      config: (config) => ({ ...generous(config), webhooks: shops.map(({ url }) => ({ url, includeTexts: false })) }),
    });

  await using before = await open(former, hookSecret(1), [slow]);
  await using guest = await openCustomer(before.url);
  await guest.answerTo("你好");
  await using li = await openCustomer(before.url, { token: await tokenOf(former) });

  await using between = await open(`${latter},${former}`, `${hookSecret(2)} ${hookSecret(1)}`, [slow, quick]);
  await using guestBetween = await openCustomer(between.url, guestOf(guest.opened));
  expect(guestBetween.opened).toMatchObject({
    conversationId: guest.opened.conversationId,
    guestToken: expect.any(String),
  });
  for (const key of [former, latter]) {
    await using again = await openCustomer(between.url, { token: await tokenOf(key) });
    expect(again.opened).toMatchObject({ conversationId: li.opened.conversationId, class: "vip" });
  }
  await guestBetween.ask("conversation:rate", { score: 5 });
  await Promise.all([slow, quick].map((shop) => shop.event("conversation.rated", ({ data }) => data.score === 5)));

  await using after = await open(latter, hookSecret(2), [quick]);
  await using guestAfter = await openCustomer(after.url, guestOf(guestBetween.opened));
  expect(guestAfter.opened).toMatchObject({ conversationId: guest.opened.conversationId });
  expect(guestAfter.opened).not.toHaveProperty("guestToken");
  expect(guestAfter.opened.messages).toHaveLength(2);
  await expect(openCustomer(after.url, { token: await tokenOf(former) })).rejects.toThrow();
  await guestAfter.ask("conversation:rate", { score: 4 });
  await quick.event("conversation.rated", ({ data }) => data.score === 4);
  expect([...slow.faults, ...quick.faults]).toEqual([]);
});
