import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FactName } from "../../src/contract/events.ts";
import { freshId, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { until } from "../support/until.ts";
import { asking, openService, type Service } from "./service.support.ts";
import { Browser, openTab } from "./tab.support.ts";

let service: Service;
let one = "";
let other = "";

beforeAll(async () => {
  service = await openService();
  [one = "", other = ""] = service.urls;
});

afterAll(async () => {
  const { faults } = service;
  await service[Symbol.asyncDispose]();
  expect(faults).toEqual([]);
});

const factsOf = ({ facts }: OpenCustomer, name: FactName) =>
  facts.filter((fact) => fact.name === name).map(({ payload }) => payload);

describe("an answer that one node writes, on another", () => {
  test("S11: two tabs are told every character once, and the same facts", async () => {
    await using here = await openCustomer(one);
    await using there = await openAgain(other, here);
    const { turnId, message } = await here.answerTo(asking({ chars: 1_500, deltaMs: 2 }));
    await there.fact("turn:ended");
    expect(message?.text).toHaveLength(1_500);
    expect(there.exactTextOf(String(turnId))).toBe(message?.text);
    expect(here.exactTextOf(String(turnId))).toBe(message?.text);
    for (const name of ["message:added", "turn:started", "turn:ended"] as const) {
      expect(factsOf(there, name)).toEqual(factsOf(here, name));
    }
    expect(factsOf(there, "message:added")).toHaveLength(1);
  });

  test("S7: tabs that come in mid-answer, at a node where nobody looked before, miss nothing", async () => {
    const joinAt = [0, 20, 100, 250, 400, 600, 800, 999];
    await Promise.all(
      joinAt.map(async (chars) => {
        await using here = await openCustomer(one);
        const turnId = await here.begin(asking({ chars: 1_000 }));
        await here.fact("turn:delta", ({ offset, text }) => offset + text.length >= chars);
        await using there = await openAgain(other, here);
        using tab = await openTab([other], new Browser(here.opened.guestToken));
        const { message } = await here.fact("turn:ended");
        await tab.ended(turnId);
        const { turn, messages } = there.opened;
        if (turn) await there.fact("turn:ended");
        const known = turn?.text ?? messages.at(-1)?.text;
        expect(there.exactTextOf(turnId, known)).toBe(message?.text);
        expect(tab.textOf(turnId)).toBe(message?.text);
      }),
    );
  });

  test("S11: a question asked at either node is shown at both, and answered once each", async () => {
    await using here = await openCustomer(one);
    await using there = await openAgain(other, here);
    const first = await here.ask("message:send", { messageId: freshId(), text: asking({ chars: 600 }) });
    await here.fact("turn:delta");
    const second = await there.ask("message:send", { messageId: freshId(), text: asking({ chars: 100 }) });
    for (const tab of [here, there]) {
      const ends = [first, second].map(({ turnId }) => tab.fact("turn:ended", (ended) => ended.turnId === turnId));
      const lengths = (await Promise.all(ends)).map(({ message }) => message?.text.length);
      expect(lengths).toEqual([600, 100]);
      expect(factsOf(tab, "message:added")).toHaveLength(2);
    }
  });

  test("S7: who types is told to the tab on the other node", async () => {
    await using here = await openCustomer(one);
    await using there = await openAgain(other, here);
    // The room of a node that has just come in is heard of a moment later, and nobody promises the first word.
    await until("the other tab is told", async () => {
      await here.ask("typing:set", { active: true });
      return factsOf(there, "typing:changed").length > 0;
    });
    expect(await there.fact("typing:changed")).toEqual({ author: "customer", active: true });
    expect(factsOf(here, "typing:changed")).toEqual([]);
  });

  test("S10: a tab at another node stops it, and is told how it ended", async () => {
    await using here = await openCustomer(one);
    await using there = await openAgain(other, here);
    const turnId = await here.begin(asking({ chars: 20_000 }));
    await there.fact("turn:delta");
    expect(await there.ask("turn:stop", { turnId })).toEqual({ outcome: "stopped" });
    const ends = await Promise.all([here.fact("turn:ended"), there.fact("turn:ended")]);
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]).toMatchObject({ outcome: "stopped", epoch: 1 });
    const text = ends[0].message?.text ?? "";
    expect(text.length).toBeGreaterThan(0);
    expect(here.exactTextOf(turnId)).toBe(text);
    expect(there.exactTextOf(turnId)).toBe(text);
  });
});

describe("POST /api/chat at a node that does not answer", () => {
  const post = (url: string, customer: OpenCustomer, body: object, accept = "application/json") =>
    fetch(`${url}/api/chat`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${customer.opened.guestToken}`, accept },
      body: JSON.stringify(body),
    });

  test("S5: a question that the other node answers already gets its end as JSON", async () => {
    await using here = await openCustomer(one);
    const question = { messageId: freshId(), text: asking({ chars: 800 }) };
    const { turnId } = await here.ask("message:send", question);
    await here.fact("turn:delta");
    const { result } = await (await post(other, here, question)).json();
    const { message, outcome } = await here.fact("turn:ended");
    expect(result).toMatchObject({ turnId, outcome, message });
    expect(message?.text).toHaveLength(800);
  });

  test("S5: a question that waits for the other node gets its facts as events, text and end", async () => {
    await using here = await openCustomer(one);
    await here.begin(asking({ chars: 400 }));
    const response = await post(other, here, { text: asking({ chars: 300 }) }, "text/event-stream");
    const events = eventsOf(await response.text());
    const turnId = String(events[0]?.data.turnId);
    const end = await here.fact("turn:ended", (ended) => ended.turnId === turnId);
    expect(events.at(-1)).toEqual({ name: "turn:ended", data: end });
    const own = events.filter(({ name, data }) => name === "turn:delta" && data.turnId === turnId);
    expect(own.map(({ data }) => data.text).join("")).toBe(end.message?.text);
    expect(end.message?.text).toHaveLength(300);
  });
});

describe("two nodes at one moment", () => {
  test("C2: the same messageId at both gives one message, one turn and one answer", async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await using here = await openCustomer(one);
        await using there = await openAgain(other, here);
        const question = { messageId: freshId(), text: asking({ chars: 50 }) };
        const asked = await Promise.all([here, there].map((tab) => tab.ask("message:send", question)));
        expect(asked[1]).toEqual(asked[0]);
        await Promise.all([here.fact("turn:ended"), there.fact("turn:ended")]);
        for (const tab of [here, there]) expect(factsOf(tab, "turn:ended")).toHaveLength(1);
        const { messages } = await here.ask("conversation:open", {});
        expect(messages.map(({ author }) => author)).toEqual(["customer", "assistant"]);
      }),
    );
  });
});

interface Event {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: facts of every kind; tests look at what they asked for
  readonly data: any;
}

function eventsOf(body: string): Event[] {
  return [...body.matchAll(/^event: (\S+)\ndata: (.*)$/gm)].map(([, name = "", data = ""]) => ({
    name,
    data: JSON.parse(data),
  }));
}
