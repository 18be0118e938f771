import { expect, test } from "vitest";
import { refuse } from "../support/agents-server.ts";
import { agentsServer, deskAt, opened, stateOf } from "./console-desk.ts";

async function desk() {
  const server = await agentsServer();
  server.floor.put("a");
  server.floor.put("b");
  server.scripts["draft:request"] = () => ({ draftId: "d1" });
  const opens = deskAt(server);
  await opened(opens, "a");
  return { server, desk: opens };
}

test("a draft is written for the open conversation, piece by piece, and is never sent by itself", async () => {
  const { server, desk: opens } = await desk();
  opens.askDraft();
  expect(opens.state.draft).toEqual({ conversationId: "a", state: "asking" });
  await stateOf(opens, ({ draft }) => draft?.state === "writing");
  server.tell("draft:delta", { draftId: "d1", offset: 0, text: "Dear " });
  server.tell("draft:delta", { draftId: "d1", offset: 0, text: "Dear " });
  server.tell("draft:delta", { draftId: "other", offset: 5, text: "nobody" });
  server.tell("draft:delta", { draftId: "d1", offset: 5, text: "Ana" });
  server.tell("draft:ended", { draftId: "d1", outcome: "completed" });
  await stateOf(opens, ({ draft }) => draft?.state === "ended");
  expect(opens.draftText()).toBe("Dear Ana");
  expect(server.told("message:send")).toEqual([]);
});

test("pieces that overtake the acknowledgement are not lost", async () => {
  const { server, desk: opens } = await desk();
  server.scripts["draft:request"] = () => {
    server.tell("draft:delta", { draftId: "d1", offset: 0, text: "early" });
    server.tell("draft:ended", { draftId: "d1", outcome: "completed" });
    return { draftId: "d1" };
  };
  opens.askDraft();
  await stateOf(opens, ({ draft }) => draft?.state === "ended");
  expect(opens.draftText()).toBe("early");
});

test("a draft that is refused, fails or loses its connection says so", async () => {
  const { server, desk: opens } = await desk();
  server.scripts["draft:request"] = () => refuse("assistant-busy");
  opens.askDraft();
  const refused = await stateOf(opens, ({ draft }) => draft?.state === "failed");
  expect(refused.draft?.error?.code).toBe("assistant-busy");

  server.scripts["draft:request"] = () => ({ draftId: "d2" });
  opens.askDraft();
  await stateOf(opens, ({ draft }) => draft?.state === "writing");
  server.tell("draft:ended", { draftId: "d2", outcome: "failed" });
  await stateOf(opens, ({ draft }) => draft?.state === "failed");

  opens.askDraft();
  await stateOf(opens, ({ draft }) => draft?.state === "writing");
  server.cut();
  await stateOf(opens, ({ draft }) => draft?.state === "failed");
});

test("a draft that was dismissed stays away, also when it was before it had a name", async () => {
  const { server, desk: opens } = await desk();
  opens.askDraft();
  opens.dismissDraft();
  await server.commandsOf("draft:request", 1);
  server.tell("draft:delta", { draftId: "d1", offset: 0, text: "late" });
  server.tell("tier:changed", { tier: "medium" });
  await stateOf(opens, ({ tier }) => tier === "medium");
  expect(opens.state.draft).toBeNull();
  expect(opens.draftText()).toBe("");
});

test("a draft is left with its conversation", async () => {
  const { desk: opens } = await desk();
  opens.askDraft();
  await stateOf(opens, ({ draft }) => draft?.state === "writing");
  await opened(opens, "b");
  expect(opens.state.draft).toBeNull();
});
