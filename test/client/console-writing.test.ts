import { expect, test } from "vitest";
import { openKeeper } from "../../client/chat/keeper.ts";
import { openWriting } from "../../client/console/desk/writing.ts";
import { memoryStorage } from "./chat-server.ts";
import { agentsServer, deskAt, opened, stateOf, told } from "./console-desk.ts";

test("what is begun is kept for each conversation and each kind, and outlives the page", () => {
  const storage = memoryStorage();
  const before = openWriting(openKeeper("s", storage));
  before.write("a", "reply", "half a reply");
  before.write("a", "note", "half a note");
  before.write("b", "reply", "gone");
  before.write("b", "reply", "");
  const after = openWriting(openKeeper("s", storage));
  expect(after.read("a", "reply")).toBe("half a reply");
  expect(after.read("a", "note")).toBe("half a note");
  expect(after.read("b", "reply")).toBe("");
});

test("so many are kept as anybody can be writing, the latest of them", () => {
  const storage = memoryStorage();
  const before = openWriting(openKeeper("s", storage));
  for (let at = 0; at < 200; at++) before.write(`c${at}`, "reply", "x");
  const after = openWriting(openKeeper("s", storage));
  expect(after.read("c199", "reply")).toBe("x");
  expect(after.read("c0", "reply")).toBe("");
});

test.for(["{", "7", '{"a":1}', '[["a"],[1,2],"x"]'])("what somebody else has put there is not read: %s", (written) => {
  const storage = memoryStorage();
  storage.setItem("s:writing", written);
  expect(openWriting(openKeeper("s", storage)).read("a", "reply")).toBe("");
});

test("a message that was sent without a connection goes out after a reload, whatever conversation is opened then", async () => {
  const server = await agentsServer();
  for (const id of ["a", "b"]) server.floor.put(id);
  const storage = memoryStorage();
  const before = deskAt(server, { storage, openSocket: () => () => {} });
  before.send("a", "from the tunnel");
  before.close();
  const after = deskAt(server, { storage });
  await opened(after, "b");
  await server.commandsOf("message:send", 1);
  expect(server.told("message:send")).toMatchObject([{ conversationId: "a", text: "from the tunnel" }]);
  await opened(after, "a");
  await stateOf(after, () => told(after).includes("agent from the tunnel"));
  expect(told(after)).toEqual(["agent from the tunnel"]);
  after.close();
  const later = deskAt(server, { storage });
  await opened(later, "a");
  expect(server.told("message:send")).toHaveLength(1);
});
