import { afterEach, describe, expect, test, vi } from "vitest";
import {
  asked,
  everyWay,
  hasty,
  kinds,
  memoryStorage,
  movedClock,
  online,
  refusal,
  scriptedServer,
  silence,
  stateOf,
} from "./chat-server.ts";

afterEach(() => vi.unstubAllGlobals());

describe.each(everyWay)("over %s", (_, chatWith) => {
  test("a guest gets an identity once and says so at every later handshake, also after a reload", async () => {
    const server = await scriptedServer();
    server.opened.guestToken = "guest-1";
    const storage = memoryStorage();
    const chat = chatWith({ url: server.url, storage });
    await online(chat);
    chat.close();
    await online(chatWith({ url: server.url, storage }));
    expect(server.handshakes).toEqual([{}, { guestToken: "guest-1" }]);
    expect([...storage.kept]).toEqual([[`tidegate:${server.url}:guest`, "guest-1"]]);
  });

  test("a storage that throws costs the memory of a reload, nothing else", async () => {
    const server = await scriptedServer();
    server.opened.guestToken = "guest-1";
    const fail = () => {
      throw new Error("denied");
    };
    const storage = { getItem: fail, setItem: fail, removeItem: fail };
    const chat = chatWith({ url: server.url, storage, session: storage });
    await online(chat);
    server.cut();
    await server.until(() => server.handshakes.length === 2);
    expect(server.handshakes[1]).toEqual({ guestToken: "guest-1" });
  });

  for (const [locks, stub] of [
    ["with locks", undefined],
    ["without locks", {}],
  ] as const)
    test(`X1: two tabs that open at the same moment become one guest, ${locks}`, async () => {
      if (stub) vi.stubGlobal("navigator", stub);
      const server = await scriptedServer();
      let guests = 0;
      server.scripts["conversation:open"] = (_, socket) => {
        const { guestToken = `guest-${++guests}` } = socket.handshake.auth;
        return { ...server.opened, guestToken };
      };
      const storage = memoryStorage();
      const tabs = [1, 2].map(() => chatWith({ url: server.url, storage }));
      await server.until(() => server.handshakes.some(({ guestToken }) => guestToken === "guest-1"));
      await Promise.all(tabs.map(online));
      expect([...storage.kept.values()]).toEqual(["guest-1"]);
      if (!stub) expect(guests).toBe(1);
    });

  test("X1: a guest token nobody knows any more is forgotten, and the page becomes a new guest", async () => {
    const server = await scriptedServer();
    server.opened.guestToken = "new";
    server.door.refuse = ({ guestToken }) => (guestToken === "old" ? refusal("unauthenticated") : null);
    const storage = memoryStorage();
    storage.setItem(`tidegate:${server.url}:guest`, "old");
    await online(chatWith({ url: server.url, storage }));
    expect([...storage.kept.values()]).toEqual(["new"]);
  });

  test("X1: a refused token is final, with its reason", async () => {
    const server = await scriptedServer();
    server.door.refuse = () => refusal("unauthenticated");
    const chat = chatWith({ url: server.url, token: "forged" });
    const state = await stateOf(chat, ({ link }) => link === "refused");
    expect(state.refusal?.code).toBe("unauthenticated");
    chat.reconcile();
    expect(server.handshakes).toEqual([{ token: "forged" }]);
  });

  test("X1: an expired token is replaced by a fresh one from the shop", async () => {
    const server = await scriptedServer();
    server.door.refuse = ({ token }) => (token === "token-1" ? refusal("token-expired") : null);
    let given = 0;
    await online(chatWith({ url: server.url, token: async () => `token-${++given}` }));
    expect(server.handshakes.map(({ token }) => token)).toEqual(["token-1", "token-2"]);
  });

  test("X1: a shop that gives expired tokens only is asked three times in a row", async () => {
    const server = await scriptedServer();
    server.door.refuse = () => refusal("token-expired");
    const chat = chatWith({ url: server.url, token: () => "old" });
    const { refusal: why } = await stateOf(chat, ({ link }) => link === "refused");
    expect(why?.code).toBe("token-expired");
    expect(server.handshakes).toHaveLength(3);
  });

  test("X1: the tries for a fresh token begin anew when one was taken", async () => {
    const server = await scriptedServer();
    let expired = 0;
    server.door.refuse = () => (expired-- > 0 ? refusal("token-expired") : null);
    const chat = chatWith({ url: server.url, token: async () => "fresh" });
    for (const open of [1, 2]) {
      expired = 2;
      server.cut();
      await server.commandsOf("conversation:open", open);
      await online(chat);
    }
    expect(chat.state.refusal).toBeUndefined();
  });

  test("X1: a token that expires on a living connection is replaced, and the command goes out again", async () => {
    const server = await scriptedServer();
    server.scripts["message:send"] = (_, { handshake }) =>
      handshake.auth["token"] === "token-1" ? refusal("token-expired") : { turnId: "t1" };
    let given = 0;
    const chat = chatWith({ url: server.url, token: async () => `token-${++given}` });
    chat.send("hello");
    await stateOf(chat, (state) => kinds(state).includes("question hello sent"));
    expect(server.handshakes).toHaveLength(2);
  });

  test("a shop whose token cannot be had now is asked again", async () => {
    const server = await scriptedServer();
    let calls = 0;
    const token = () => (++calls < 3 ? Promise.reject(new Error("down")) : Promise.resolve("late"));
    await online(chatWith({ url: server.url, token }));
    expect(server.handshakes).toEqual([{ token: "late" }]);
  });

  test("X2: a page turned away for a moment comes back after the time it was told", async () => {
    const server = await scriptedServer();
    const turnedAway = [refusal("too-many-connections", 100), refusal("draining", 100), refusal("unavailable")];
    server.door.refuse = () => turnedAway.shift() ?? null;
    await online(chatWith(server));
    expect(server.handshakes).toHaveLength(4);
  });

  test("N3: a draining node is left after the time it names", async () => {
    const server = await scriptedServer();
    const chat = chatWith(server);
    await online(chat);
    server.emit("node:draining", { reconnectInMs: 100 });
    await server.commandsOf("conversation:open", 2);
    await online(chat);
  });

  test("a server that ends the connection with a word is called again", async () => {
    const server = await scriptedServer();
    const chat = chatWith(server);
    await online(chat);
    server.io.disconnectSockets(true);
    await server.commandsOf("conversation:open", 2);
    expect((await online(chat)).ready).toBe(true);
  });

  test("what arrives before the snapshot is told after it", async () => {
    const server = await scriptedServer();
    server.scripts["conversation:open"] = (_, socket) => {
      socket.emit("message:added", { message: asked("m1", undefined, "early") });
      socket.emit("turn:started", { turnId: "t1", epoch: 1, offset: 0, model: "m" });
      socket.emit("turn:delta", { turnId: "t1", epoch: 1, offset: 0, text: "first words" });
      return server.opened;
    };
    const chat = chatWith(server);
    const state = await online(chat);
    expect(kinds(state)).toEqual(["question early sent", "answer t1 streaming"]);
    expect(chat.textOf("t1")).toBe("first words");
  });

  test("an open that is refused for a moment is tried again, one that is refused for good is final", async () => {
    const server = await scriptedServer();
    server.scripts["conversation:open"] = () => {
      server.scripts["conversation:open"] = () => refusal("forbidden");
      return refusal("unavailable", 20);
    };
    const state = await stateOf(chatWith(server), ({ link }) => link === "refused");
    expect(state.refusal?.code).toBe("forbidden");
    expect(server.told("conversation:open")).toHaveLength(2);
  });

  test("a conversation that is gone is followed by a new one", async () => {
    const server = await scriptedServer();
    const chat = chatWith(server);
    await online(chat);
    server.scripts["conversation:open"] = ({ conversationId }) =>
      conversationId ? refusal("not-found") : { ...server.opened, conversationId: "c2" };
    server.cut();
    await server.commandsOf("conversation:open", 3);
    await online(chat);
    expect(server.told("conversation:open")).toEqual([{}, { conversationId: "c1" }, {}]);
  });

  test("reconcile asks a live connection for what was missed, at most once a second", async () => {
    const server = await scriptedServer();
    const { clock, move } = movedClock();
    const chat = chatWith({ url: server.url, clock });
    await online(chat);
    chat.reconcile();
    await chat.ask("typing:set", { active: true });
    expect(server.told("conversation:open")).toHaveLength(1);
    move(1_000);
    server.opened.messages = [asked("m1", undefined, "missed")];
    chat.reconcile();
    chat.reconcile();
    await stateOf(chat, (state) => kinds(state).includes("question missed sent"));
    expect(server.told("conversation:open")).toHaveLength(2);
  });

  test("reconcile gives up a connection that does not answer within four seconds", async () => {
    const server = await scriptedServer();
    const { clock, move } = movedClock();
    const chat = chatWith({ url: server.url, clock });
    await online(chat);
    move(1_000);
    server.scripts["conversation:open"] = () => silence;
    chat.reconcile();
    await server.commandsOf("conversation:open", 2);
    server.scripts["conversation:open"] = () => server.opened;
    move(4_000);
    await server.commandsOf("conversation:open", 3);
    await online(chat);
    expect(server.handshakes).toHaveLength(2);
  });

  test("reconcile connects at once instead of waiting for the back-off", async () => {
    const server = await scriptedServer();
    const { clock } = movedClock();
    const chat = chatWith({ url: server.url, clock });
    await online(chat);
    server.cut();
    await stateOf(chat, ({ link }) => link === "reconnecting");
    chat.reconcile();
    await online(chat);
  });

  test("failed attempts are repeated less and less often, half a second to twenty seconds", async () => {
    const waits: number[] = [];
    const done = Promise.withResolvers<void>();
    const clock = {
      now: hasty.now,
      after(ms: number, run: () => void) {
        if (waits.push(ms) === 8) done.resolve();
        return hasty.after(waits.length < 8 ? 1 : 1e6, run);
      },
    };
    chatWith({ url: "http://127.0.0.1:9", clock, random: () => 0.5 });
    await done.promise;
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  });

  test("after a success the next failure is tried again soon", async () => {
    const server = await scriptedServer();
    const waits: number[] = [];
    const clock = {
      now: hasty.now,
      after(ms: number, run: () => void) {
        if (ms < 5_000) waits.push(ms);
        return hasty.after(ms, run);
      },
    };
    const chat = chatWith({ url: server.url, clock, random: () => 0.5 });
    for (const open of [1, 2, 3]) {
      await server.commandsOf("conversation:open", open);
      await online(chat);
      server.cut();
      await stateOf(chat, ({ link }) => link === "reconnecting");
    }
    expect(waits).toEqual([500, 500, 500]);
  });

  test("X3: facts of an unexpected shape change nothing and stop nothing", async () => {
    const server = await scriptedServer();
    const chat = chatWith(server);
    const before = await online(chat);
    const wrong = [undefined, null, 7, "x", {}, [], { turnId: 3 }, { message: null }, { message: { text: 1 } }];
    const names = ["message:added", "turn:queued", "turn:started", "turn:delta", "turn:ended", "turn:activity"];
    const others = ["responder:changed", "tier:changed", "typing:changed", "node:draining", "agent:queued", "toString"];
    for (const name of [...names, ...others]) for (const payload of wrong) server.io.emit(name, payload);
    server.emit("message:added", { message: asked("m1", undefined, "fine") });
    const state = await stateOf(chat, (now) => kinds(now).includes("question fine sent"));
    expect(state).toEqual({ ...before, entries: state.entries });
    expect(kinds(state)).toEqual(["question fine sent"]);
  });

  test("a closed chat is silent for good", async () => {
    const server = await scriptedServer();
    const chat = chatWith(server);
    await online(chat);
    chat.close();
    chat.reconcile();
    chat.send("nobody hears this");
    await expect(chat.ask("typing:set", { active: true })).rejects.toMatchObject({ code: "unavailable" });
    expect(server.told("message:send")).toEqual([]);
  });
});
