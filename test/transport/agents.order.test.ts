import { expect, test } from "vitest";
import { openAgent } from "../support/agent.ts";
import { openCustomer } from "../support/customer.ts";
import { generous, openTestServer } from "../support/server.ts";

test("H5 S11: a page that is given a conversation in the moment of a change is given what it was told before, too", async () => {
  await using server = await openTestServer({ config: generous });
  await using customer = await openCustomer(server.url);
  await using li = await openAgent(server.url, "Li");
  const { conversationId } = customer.opened;
  await li.ask("conversation:join", { conversationId });
  const told: string[] = [];
  const lacking: string[][] = [];
  li.socket.on("message:added", ({ message }) => told.push(message.messageId));
  const join = () =>
    new Promise<void>((resolve) => {
      li.socket.emit("conversation:join", { conversationId }, (reply) => {
        const given = reply.ok ? reply.result.messages.map(({ messageId }) => messageId) : [];
        lacking.push(told.filter((messageId) => !given.includes(messageId)));
        resolve();
      });
    });
  // Sent in one step, they are carried out together.
  const joined: Promise<void>[] = [];
  const handed: Promise<unknown>[] = [];
  for (const change of ["conversation:take", "conversation:return", "conversation:take"] as const) {
    joined.push(join(), join());
    handed.push(li.ask(change, { conversationId }));
  }
  await Promise.all([...joined, ...handed]);
  expect(told).toHaveLength(3);
  expect(lacking.flat()).toEqual([]);
});
