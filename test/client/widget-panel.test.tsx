// @vitest-environment jsdom
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ChatState, TextSink } from "../../client/chat/chat.ts";
import { words as more } from "../../client/widget/extras/words/en.ts";
import { Panel } from "../../client/widget/panel.tsx";
import type { Acts, View } from "../../client/widget/view.ts";
import { words as en } from "../../client/widget/words/en.ts";
import { words as zhCN } from "../../client/widget/words/zh-CN.ts";
import { unpackedExtras } from "./widget-extras.ts";
import { answer, question, quiet } from "./widget-state.ts";

const acts = {
  close: vi.fn(),
  submit: vi.fn(),
  askAgain: vi.fn(),
  rate: vi.fn(),
  callPerson: vi.fn(),
  dropPerson: vi.fn(),
  redraw: vi.fn(),
  emit: vi.fn(),
  ask: vi.fn(),
  retry: vi.fn(),
  stop: vi.fn(),
  textOf: () => "",
  watchText: vi.fn((_turnId: string, sink: TextSink) => {
    sink.reset("");
    return () => {};
  }),
} satisfies Acts;

let page: HTMLElement;
const extras = unpackedExtras(more);

beforeEach(() => {
  vi.clearAllMocks();
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  page = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, page);
  page.remove();
  vi.unstubAllGlobals();
});

function show(chat: Partial<ChatState> = {}, changes: Partial<View> = {}): void {
  const view: View = {
    words: en,
    chat: { ...quiet, ...chat },
    open: true,
    isFull: false,
    takesFocus: true,
    titled: true,
    starters: undefined,
    person: { state: "none" },
    extras,
    acts,
    ...changes,
  };
  render(<Panel view={view} />, page);
}

const all = (selector: string) => [...page.querySelectorAll<HTMLElement>(selector)];
const byName = (name: string) => all("button").find((button) => (button.ariaLabel ?? button.textContent) === name);
const field = () => page.querySelector("textarea") as HTMLTextAreaElement;

async function type(text: string): Promise<void> {
  field().value = text;
  field().dispatchEvent(new InputEvent("input", { bubbles: true }));
  await Promise.resolve();
}

function press(key: string, how: KeyboardEventInit = {}): void {
  field().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...how }));
}

describe("the panel", () => {
  test("greets as an AI, offers questions, and puts the focus into the field", () => {
    show();
    expect(page.textContent).toContain(en.greeting[0]);
    expect(all(".suggestions button").map((button) => button.textContent)).toEqual(en.suggestions);
    expect(document.activeElement).toBe(field());
  });

  test("marks a simulated server", () => {
    show({ simulated: true });
    expect(page.textContent).toContain(more.simulatedMeaning);
    expect(page.querySelector(".badge")?.textContent).toBe(more.simulated);
  });

  test("Enter sends, Enter within a composition does not", async () => {
    show();
    await type("  你好 ");
    press("Enter", { isComposing: true });
    press("Enter", { keyCode: 229 });
    press("Enter", { shiftKey: true });
    expect(acts.submit).not.toHaveBeenCalled();
    press("Enter");
    expect(acts.submit).toHaveBeenCalledExactlyOnceWith("你好");
  });

  test("what is too long is counted and not sent", async () => {
    show();
    await type("x".repeat(4_001));
    press("Enter");
    expect(acts.submit).not.toHaveBeenCalled();
    expect(page.querySelector(".footnote")?.textContent).toBe("Characters too many: 1");
  });

  test("Send becomes Stop in its place while an answer runs, and both are there with a draft", async () => {
    show();
    const placeOfSend = byName(en.send)?.parentElement;
    show({ entries: [answer("t1")], runningTurnId: "t1" });
    expect(byName(en.send)).toBeUndefined();
    expect(byName(en.stop)?.parentElement).toBe(placeOfSend);
    expect(placeOfSend?.lastElementChild).toBe(byName(en.stop));
    await type("next");
    expect(byName(en.send)).toBeDefined();
    expect(placeOfSend?.lastElementChild).toBe(byName(en.stop));
    byName(en.stop)?.click();
    expect(acts.stop).toHaveBeenCalledOnce();
  });

  test("Escape stops what runs, and closes when nothing does", () => {
    show({ entries: [answer("t1")], runningTurnId: "t1" });
    press("Escape");
    expect(acts.stop).toHaveBeenCalledOnce();
    expect(acts.close).not.toHaveBeenCalled();
    show();
    press("Escape");
    expect(acts.close).toHaveBeenCalledOnce();
  });

  test("what waits behind an answer is a chip, what waits in line stands in the thread", () => {
    const waiting = question("m2", { waiting: true, turnId: "t2" });
    show({ entries: [question("m1"), answer("t1"), waiting], runningTurnId: "t1" });
    expect(all(".chip").map((chip) => chip.dataset["message"])).toEqual(["m2"]);
    byName(more.takeBack)?.click();
    expect(acts.stop).toHaveBeenCalledWith("t2");
    show({ entries: [waiting], place: { turnId: "t2", position: 3, from: 3, waitMs: { low: 61_000, high: 170_000 } } });
    expect(all(".chip")).toEqual([]);
    expect(page.querySelector(".line")?.textContent).toContain("You are number 3 in line, about 2–3 min");
    byName(en.leaveLine)?.click();
    expect(acts.stop).toHaveBeenLastCalledWith("t2");
  });

  const inLine = { turnId: "t1", position: 3, from: 4, waitMs: null };
  const line = () => page.querySelector(".line");

  test.each(["high", "medium", "degraded"] as const)("A11 the line says why there is one: %s", (tier) => {
    show({ tier, place: inLine });
    expect(line()?.textContent).toContain(en.whyWaiting(tier, true));
    show({ tier, place: inLine }, { words: zhCN, titled: false });
    expect(line()?.textContent).toContain(zhCN.whyWaiting(tier, false));
  });

  test("A6 no range is shown while none is known", () => {
    show({ place: inLine });
    expect(line()?.querySelector("p")?.textContent).toBe("You are number 3 in line, your answer starts by itself");
  });

  test("A6 the bar grows with every place from the first one told to the front, and only looks like one", () => {
    const told = [4, 3, 2, 1].map((position) => {
      show({ place: { ...inLine, position } });
      return page.querySelector<HTMLElement>(".progress")?.style.scale;
    });
    expect(told).toEqual(["0.25 1", "0.5 1", "0.75 1", "1"]);
    expect(page.querySelector(".progress")?.getAttribute("aria-hidden")).toBe("true");
  });

  test("A7 a place that was given up says why and offers to ask again", () => {
    const error = { code: "place-given-up", message: "", retryable: true } as const;
    show({ entries: [question("m1"), answer("t1", { state: "ended", outcome: "shed", error })] });
    expect(page.querySelector("[data-turn=t1] .ending")?.textContent).toContain(en.errors["place-given-up"]);
    byName(en.askAgain)?.click();
    expect(acts.askAgain).toHaveBeenCalledExactlyOnceWith("t1");
  });

  test("a question that was not sent offers to try again under its own id", () => {
    show({ entries: [question("m1", { status: "failed" })] });
    byName(en.retry)?.click();
    expect(acts.retry).toHaveBeenCalledExactlyOnceWith("m1");
  });

  test("a reply that came whole, before it was shown, is shown whole", () => {
    acts.watchText.mockImplementationOnce((_turnId, sink) => {
      sink.reset("All of **it**");
      return () => {};
    });
    show({ entries: [answer("t1", { state: "ended", outcome: "completed", messageId: "a1", at: 0 })] });
    expect(page.querySelector("[data-turn=t1] .text")?.textContent).toBe("All of it");
    expect(page.querySelector("[data-turn=t1] .label")?.textContent).toBe(en.madeByAi);
  });

  test("what people and models write is text, never markup", () => {
    const evil = '<img src=x onerror="alert(1)"><script>alert(1)</script>';
    acts.watchText.mockImplementationOnce((_turnId, sink) => {
      sink.reset(evil);
      return () => {};
    });
    const agent = { kind: "agent", messageId: "a", text: evil, at: 0, name: evil } as const;
    const system = { kind: "system", messageId: "s", text: evil, at: 0 } as const;
    show({ entries: [question("m", { text: evil }), answer("t1"), agent, system] });
    expect(all("img, script")).toEqual([]);
    expect(page.textContent?.split(evil)).toHaveLength(6);
  });

  test("a failed answer says why and asks the same again; an unfinished one goes on", () => {
    const error = { code: "assistant-slow", message: "", retryable: true } as const;
    show({ entries: [question("m1"), answer("t1", { state: "ended", outcome: "failed", error })] });
    expect(page.textContent).toContain(en.errors["assistant-slow"]);
    byName(en.askAgain)?.click();
    expect(acts.askAgain).toHaveBeenCalledExactlyOnceWith("t1");
    show({ entries: [answer("t2", { state: "ended", outcome: "truncated" })] });
    byName(en.goOn)?.click();
    expect(acts.submit).toHaveBeenCalledExactlyOnceWith(en.goOn);
  });

  test("an answer can be marked, and a bad mark offers a person", () => {
    acts.watchText.mockImplementationOnce((_turnId, sink) => {
      sink.reset("text");
      return () => {};
    });
    const ended = answer("t1", { state: "ended", outcome: "completed", messageId: "a1" });
    show({ entries: [ended] });
    show({ entries: [ended] });
    byName(more.bad)?.click();
    expect(acts.rate).toHaveBeenCalledExactlyOnceWith("a1", "down");
    show({ entries: [{ ...ended, rating: "down" }] });
    expect(page.textContent).toContain(more.sorryForBad);
  });

  test("the log is silent and can be reached by keyboard", () => {
    show();
    const log = page.querySelector("[role=log]");
    expect(log?.getAttribute("aria-live")).toBe("off");
    expect(log?.getAttribute("tabindex")).toBe("0");
  });
});
