import { expect, test } from "vitest";
import { openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { openTestServer } from "../support/server.ts";

test("X3: what stands on the rooms' channel and cannot be read is logged, and disturbs nobody", async () => {
  await using redis = await openRedis();
  await using server = await openTestServer({ env: redis.env });
  const garbage = [
    "garbage",
    "null",
    "{}",
    '{"uid":"x","nsp":"/","type":3}',
    '{"uid":"x","nsp":"/","type":3,"data":{}}',
  ];
  for (const text of garbage) {
    expect(await redis.command("SPUBLISH", "tidegate:rooms#/#", text)).toBe(1);
  }
  await using customer = await openCustomer(server.url);
  expect((await customer.answerTo("你好")).outcome).toBe("completed");
  expect(server.logged).toContainEqual(expect.objectContaining({ where: "rooms", msg: "unexpected fault" }));
});
