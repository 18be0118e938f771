import { expect, test } from "vitest";
import { freshId, openAgain, openCustomer } from "../support/customer.ts";
import { generous, openTestServer } from "../support/server.ts";

test("X2: one customer has no more sockets than allowed at the same time, and another customer is not disturbed", async () => {
  const few = {
    config: (config: Parameters<typeof generous>[0]) => ({
      ...config,
      limits: { ...config.limits, socketsPerCustomer: 3 },
    }),
  };
  await using server = await openTestServer(few);
  await using first = await openCustomer(server.url);
  await using second = await openAgain(server.url, first);
  await using _third = await openAgain(server.url, first);
  await expect(openAgain(server.url, first)).rejects.toMatchObject({
    data: { code: "too-many-connections", retryable: true },
  });
  await using _other = await openCustomer(server.url);
  const left = new Promise((resolve) => second.socket.once("disconnect", resolve));
  second.socket.disconnect();
  await left;
  await expect
    .poll(() =>
      openAgain(server.url, first).then(
        () => "in",
        () => "refused",
      ),
    )
    .toBe("in");
});

test("a page is given the latest sixty messages of a long conversation", async () => {
  await using server = await openTestServer({ config: generous });
  await using customer = await openCustomer(server.url);
  for (let asked = 0; asked < 35; asked++) {
    const { turnId } = await customer.ask("message:send", {
      messageId: freshId(),
      text: `number ${asked} [[sim: say ok]]`,
    });
    await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
  }
  const { messages } = await customer.ask("conversation:open", {});
  expect(messages).toHaveLength(60);
  expect(messages.at(-1)?.author).toBe("assistant");
  expect(messages.at(-2)?.text).toContain("number 34");
});
