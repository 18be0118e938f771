import { expect, test } from "vitest";
import type { Handing, Hands, Responder } from "../../src/domain/responders.ts";
import { caller, type OpenEngines, startTurn } from "./world.ts";

const li: Responder = { kind: "agent", name: "Li", agentId: "li@shop" };
const wang: Responder = { kind: "agent", name: "Wang", agentId: "wang@shop" };
const ai: Responder = { kind: "assistant" };
const nobody: Responder = { kind: "nobody" };

/** A change from the hands given, told by a message of that id. */
function handing(messageId: string, from: readonly Hands[], to: Responder, more: Partial<Handing> = {}): Handing {
  const notice = { messageId, text: "Li has joined.", notice: { kind: "agent-joined", name: "Li" } } as const;
  return { from, to, wish: null, notice, ...more };
}

const takes = (messageId: string, who: Responder) => handing(messageId, ["assistant", "nobody"], who);

/** What {@link Responders} promise, whatever keeps them. */
export function respondersSuite(open: OpenEngines): void {
  test("H1 a conversation is the assistant's at first, and an agent's once taken, with a message that tells of it", async () => {
    await using world = await open();
    const opened = await world.conversations.open(caller("customer"));
    expect(opened.responder).toEqual(ai);
    const { conversationId } = opened;
    const handed = await world.responders.hand(conversationId, takes("n1", li));
    expect(handed).toMatchObject({ kind: "handed", repeated: false, message: { author: "system", messageId: "n1" } });
    const read = await world.conversations.read(conversationId);
    expect(read?.responder).toEqual(li);
    expect(read?.messages.map(({ notice }) => notice)).toEqual([{ kind: "agent-joined", name: "Li" }]);
  });

  test("H2 of twenty agents who take at once one wins, and the others are told who", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    const agents = Array.from({ length: 20 }, (_, at) => ({ ...li, name: `Li ${at}`, agentId: `li${at}` }));
    const all = await Promise.all(
      agents.map((agent, at) => world.responders.hand(conversationId, takes(`n${at}`, agent))),
    );
    const [winner, ...others] = agents.filter((_, at) => all[at]?.kind === "handed");
    expect(others).toEqual([]);
    const refused = all.filter(({ kind }) => kind === "refused");
    expect(refused).toEqual(Array(19).fill({ kind: "refused", responder: winner }));
  });

  test("H1 the same change again changes nothing, and tells what it told", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    await world.responders.hand(conversationId, takes("n1", li));
    await world.responders.hand(conversationId, handing("n2", ["agent:li@shop"], ai));
    const again = await world.responders.hand(conversationId, takes("n1", li));
    expect(again).toMatchObject({ kind: "handed", repeated: true, conversation: { responder: ai } });
    expect((await world.conversations.read(conversationId))?.messages).toHaveLength(2);
  });

  test("H1 agents are told apart by their ids, whatever characters those have", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    const odd = { ...li, agentId: 'agent:li" \\ \n {"a":1} | %d \u202e亲🌊 [^"]*'.padEnd(200, "x") };
    await world.responders.hand(conversationId, takes("n1", odd));
    const words = { messageId: "a1", text: "hello", name: "Li" };
    expect((await world.responders.say(conversationId, odd.agentId, words)).kind).toBe("said");
    const back = handing("n2", [`agent:${odd.agentId}`], ai);
    expect(await world.responders.hand(conversationId, back)).toMatchObject({ kind: "handed" });
  });

  test("H1 of changes in one moment the later one is told of at a later time", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    const changes = [takes("n1", li), handing("n2", ["agent:li@shop"], ai), takes("n3", wang)];
    const all = await Promise.all(changes.map((change) => world.responders.hand(conversationId, change)));
    const times = all.map((handed) => (handed.kind === "handed" ? handed.message.at : 0));
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  });

  test("H1 C2 what an agent says while an answer is still being written is stored once", async () => {
    await using world = await open();
    const turn = await startTurn(world, "customer");
    const { conversationId } = turn;
    await world.responders.hand(conversationId, takes("n1", li));
    const say = (messageId: string) =>
      world.responders.say(conversationId, "li@shop", { messageId, text: "One it is.", name: "Li" });
    expect([await say("a1"), await say("a1")]).toMatchObject([{ repeated: false }, { repeated: true }]);
  });

  test("H1 no turn starts while the assistant is not the responder; a running one is for the caller to end", async () => {
    await using world = await open();
    const turn = await startTurn(world, "customer");
    const { conversationId } = turn;
    await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    const handed = await world.responders.hand(conversationId, takes("n1", li));
    if (handed.kind !== "handed") throw new Error(handed.kind);
    expect(handed.conversation.running?.turnId).toBe(turn.turnId);
    expect(handed.conversation.waiting).not.toBeNull();
    await world.turns.end(turn, 1, { outcome: "interrupted", text: "half a sen" });
    expect(await world.turns.start(conversationId)).toBeNull();
  });

  test.each([["an agent", li] as const, ["nobody", nobody] as const])(
    "H1 what the customer says while %s is the responder opens no turn",
    async (_, responder) => {
      await using world = await open();
      const { conversationId } = await world.conversations.open(caller("customer"));
      await world.responders.hand(conversationId, handing("n1", ["assistant"], responder));
      const asked = await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
      expect(asked).toMatchObject({ turnId: null, repeated: false });
      expect((await world.conversations.read(conversationId))?.waiting).toBeNull();
    },
  );

  test("H3 what nobody has answered becomes a turn of the assistant when it is handed back", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    await world.responders.hand(conversationId, takes("n1", li));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await world.responders.say(conversationId, "li@shop", { messageId: "a1", text: "One it is.", name: "Li" });
    for (const messageId of ["m2", "m3"]) await world.conversations.ask(conversationId, { messageId, text: "and?" });
    const back = handing("n2", ["agent:li@shop"], ai, { reopen: "new-turn" });
    const handed = await world.responders.hand(conversationId, back);
    if (handed.kind !== "handed") throw new Error(handed.kind);
    const { waiting, messages } = handed.conversation;
    expect(waiting).toMatchObject({ turnId: "new-turn", state: "queued" });
    const turnOf = (id: string) => messages.find(({ messageId }) => messageId === id)?.turnId;
    expect(["m1", "m2", "m3"].map(turnOf)).toEqual([undefined, "new-turn", "new-turn"]);
    expect((await world.turns.start(conversationId))?.turn.turnId).toBe("new-turn");
  });

  test("H3 an answer that was under way before the customer's words answers nothing of them, whenever its end is stored", async () => {
    await using world = await open();
    const turn = await startTurn(world, "customer");
    const { conversationId } = turn;
    await world.conversations.ask(conversationId, { messageId: "m2", text: "转人工", opensNoTurn: true });
    await world.responders.hand(conversationId, takes("n1", li));
    await world.turns.end(turn, 1, { outcome: "interrupted", text: "half a sen" });
    const back = handing("n2", ["agent:li@shop"], ai, { reopen: "new-turn" });
    await world.responders.hand(conversationId, back);
    const read = await world.conversations.read(conversationId);
    expect(read?.waiting).toMatchObject({ turnId: "new-turn", state: "queued" });
    const asked = read?.messages.filter(({ author }) => author === "customer");
    expect(asked?.map(({ turnId }) => turnId)).toEqual([turn.turnId, "new-turn"]);
  });

  test("H3 what waited, or was about to be answered, when somebody took over in silence is the assistant's again", async () => {
    await using world = await open();
    const turn = await startTurn(world, "customer");
    const { conversationId } = turn;
    const { turnId: waits } = await world.conversations.ask(conversationId, { messageId: "m2", text: '"turnId":"t"' });
    const handed = await world.responders.hand(conversationId, takes("n1", li));
    if (handed.kind !== "handed" || handed.conversation.waiting === null) throw new Error(handed.kind);
    await world.turns.end(handed.conversation.waiting, 0, { outcome: "interrupted", text: "" });
    await world.turns.end(turn, 1, { outcome: "interrupted", text: "" });
    await world.conversations.ask(conversationId, { messageId: "m3", text: "hello?" });
    const back = handing("n2", ["agent:li@shop"], ai, { reopen: "new-turn" });
    await world.responders.hand(conversationId, back);
    const started = await world.turns.start(conversationId);
    const asked = started?.conversation.messages.filter(({ author }) => author === "customer");
    expect(asked?.map(({ turnId }) => turnId)).toEqual(["new-turn", "new-turn", "new-turn"]);
    expect(asked?.map(({ text }) => text).slice(1)).toEqual(['"turnId":"t"', "hello?"]);
    expect(await world.turns.read({ conversationId, turnId: waits ?? "" })).toMatchObject({ state: "ended" });
  });

  test("H3 while what was cut has no end yet nothing is handed back, and nothing is changed", async () => {
    await using world = await open();
    const turn = await startTurn(world, "customer");
    const { conversationId } = turn;
    await world.responders.hand(conversationId, takes("n1", li));
    const back = handing("n2", ["agent:li@shop"], ai, { reopen: "new-turn" });
    const { turnId } = turn;
    expect(await world.responders.hand(conversationId, back)).toMatchObject({
      kind: "open",
      conversation: { responder: li, running: { turnId } },
    });
    await world.turns.end(turn, 1, { outcome: "interrupted", text: "" });
    const handed = await world.responders.hand(conversationId, back);
    expect(handed).toMatchObject({
      kind: "handed",
      repeated: false,
      conversation: { waiting: { turnId: "new-turn" } },
    });
    // Of what waits while the assistant is the responder nothing is cut.
    const left = handing("n3", ["assistant"], ai, { reopen: "another" });
    expect(await world.responders.hand(conversationId, left)).toMatchObject({ kind: "handed" });
  });

  test("H3 while what was cut has no end yet a matter is not closed: what is asked next would be cut with it", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const taken = await world.responders.hand(conversationId, takes("n1", li));
    const cut = taken.kind === "handed" ? taken.conversation.waiting : null;
    if (cut === null) throw new Error("nothing waits");
    const closes = handing("n2", ["agent:li@shop", "assistant"], ai);
    expect(await world.responders.hand(conversationId, closes)).toMatchObject({ kind: "open" });
    await world.turns.end(cut, 0, { outcome: "interrupted", text: "" });
    expect(await world.responders.hand(conversationId, closes)).toMatchObject({ kind: "handed", repeated: false });
    const asked = await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    expect(asked.turnId).not.toBe(cut.turnId);
  });

  test("H3 what was open when a matter was closed is not asked when the next one is handed back", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    await world.responders.hand(conversationId, takes("n1", li));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "thanks, bye" });
    const resolved = { messageId: "n2", text: "The matter has been closed.", notice: { kind: "resolved" } } as const;
    await world.responders.hand(conversationId, handing("n2", ["agent:li@shop"], ai, { notice: resolved }));
    await world.responders.hand(conversationId, takes("n3", li));
    await world.conversations.ask(conversationId, { messageId: "m2", text: "hello again" });
    const back = handing("n4", ["agent:li@shop"], ai, { reopen: "new-turn" });
    await world.responders.hand(conversationId, back);
    const messages = (await world.conversations.read(conversationId))?.messages ?? [];
    const asked = messages.filter(({ author }) => author === "customer");
    expect(asked.map(({ turnId }) => turnId)).toEqual([undefined, "new-turn"]);
  });

  test("H3 a question that was withdrawn is not asked again, and what was asked before it is", async () => {
    await using world = await open();
    const turn = await startTurn(world, "customer");
    const { conversationId } = turn;
    await world.conversations.ask(conversationId, { messageId: "m2", text: "and?" });
    const waiting = (await world.conversations.read(conversationId))?.waiting;
    if (!waiting) throw new Error("nothing waits");
    await world.turns.end(waiting, 0, { outcome: "stopped", text: "" });
    await world.responders.hand(conversationId, takes("n1", li));
    await world.turns.end(turn, 1, { outcome: "interrupted", text: "" });
    await world.responders.hand(conversationId, handing("n2", ["agent:li@shop"], ai, { reopen: "new-turn" }));
    const read = await world.conversations.read(conversationId);
    expect(read?.waiting).toMatchObject({ turnId: "new-turn" });
    const asked = read?.messages.filter(({ author }) => author === "customer");
    expect(asked?.map(({ turnId }) => turnId)).toEqual(["new-turn", waiting.turnId]);
  });

  test("H3 an answer that was cut in mid-sentence was an answer", async () => {
    await using world = await open();
    const turn = await startTurn(world, "customer");
    const { conversationId } = turn;
    await world.responders.hand(conversationId, takes("n1", li));
    await world.turns.end(turn, 1, { outcome: "interrupted", text: '"' });
    await world.responders.hand(conversationId, handing("n2", ["agent:li@shop"], ai, { reopen: "new-turn" }));
    expect((await world.conversations.read(conversationId))?.waiting).toBeNull();
  });

  test("H3 what was asked before a question that the assistant has answered is not asked again", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    await world.responders.hand(conversationId, takes("n1", li));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await world.responders.hand(conversationId, handing("n2", ["agent:li@shop"], ai));
    await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    const started = await world.turns.start(conversationId);
    if (started === null) throw new Error("nothing to start");
    await world.turns.end(started.turn, 1, { outcome: "completed", text: "Both." });
    await world.responders.hand(conversationId, takes("n3", li));
    await world.responders.hand(conversationId, handing("n4", ["agent:li@shop"], ai, { reopen: "new-turn" }));
    expect((await world.conversations.read(conversationId))?.waiting).toBeNull();
  });

  test("H3 where everything is answered nothing is asked of the assistant", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    await world.responders.hand(conversationId, takes("n1", li));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await world.responders.say(conversationId, "li@shop", { messageId: "a1", text: "Yes.", name: "Li" });
    await world.responders.hand(conversationId, handing("n2", ["agent:li@shop"], ai, { reopen: "new-turn" }));
    expect((await world.conversations.read(conversationId))?.waiting).toBeNull();
  });

  test("H1 C2 only the responder speaks, each message once and in order", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    const say = (agentId: string, messageId: string, text: string) =>
      world.responders.say(conversationId, agentId, { messageId, text, name: "Li" });
    expect(await say("li@shop", "a1", "hello")).toEqual({ kind: "refused", responder: ai });
    await world.responders.hand(conversationId, takes("n1", li));
    expect(await say("wang@shop", "a1", "hello")).toEqual({ kind: "refused", responder: li });
    const said = await Promise.all(Array.from({ length: 10 }, () => say("li@shop", "a1", 'say "at":1 "hi"')));
    expect(said.filter((each) => each.kind === "said" && !each.repeated)).toHaveLength(1);
    expect(said[0]).toMatchObject({ message: { author: "agent", name: "Li", text: 'say "at":1 "hi"' } });
    expect(await say("li@shop", "a1", "another text")).toEqual({ kind: "conflict" });
    expect(await say("li@shop", "n1", "Li has joined.")).toEqual({ kind: "conflict" });
    const messages = (await world.conversations.read(conversationId))?.messages ?? [];
    expect(messages.map(({ author }) => author)).toEqual(["system", "agent"]);
  });

  test("H4 the wish for a person is kept until somebody takes the conversation", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    const wish = { since: 1_234, reason: "refund" };
    await world.responders.hand(conversationId, handing("n1", ["assistant"], nobody, { wish }));
    expect(await world.conversations.read(conversationId)).toMatchObject({ responder: nobody, wish });
    await world.responders.hand(conversationId, takes("n2", wang));
    expect((await world.conversations.read(conversationId))?.wish).toBeUndefined();
  });

  test("H3 notes are kept once each, oldest first, and the oldest of very many go", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("customer"));
    const note = (at: number) =>
      ({ noteId: `note${at}`, kind: "note", agentId: "li@shop", name: "Li", text: `a\nb "${at}"`, at }) as const;
    for (let at = 0; at < 3; at++) await world.responders.note(conversationId, note(at));
    await world.responders.note(conversationId, note(1));
    expect((await world.conversations.read(conversationId))?.notes).toEqual([note(0), note(1), note(2)]);
    for (let at = 3; at < 53; at++) await world.responders.note(conversationId, note(at));
    const kept = (await world.conversations.read(conversationId))?.notes ?? [];
    expect([kept.length, kept[0]?.noteId, kept.at(-1)?.noteId]).toEqual([50, "note3", "note52"]);
  });

  test("C1 a conversation that is gone is handed to nobody", async () => {
    await using world = await open();
    expect(await world.responders.hand("nowhere", takes("n1", li))).toEqual({ kind: "gone" });
    expect(await world.responders.say("nowhere", "li", { messageId: "a", text: "b", name: "Li" })).toEqual({
      kind: "gone",
    });
    const note = { noteId: "x", kind: "note", agentId: "li", name: "Li", text: "x", at: 1 } as const;
    await expect(world.responders.note("nowhere", note)).rejects.toMatchObject({ code: "not-found" });
  });

  test("X1 agents see the customer by the latest token", async () => {
    await using world = await open();
    await world.conversations.open({ ...caller("customer"), name: "Zhao", class: "member" });
    const opened = await world.conversations.open({ ...caller("customer"), name: "Zhao", class: "vip" });
    expect(opened.customer).toEqual({ name: "Zhao", class: "vip" });
  });
}
