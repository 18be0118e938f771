// @vitest-environment jsdom
import { h, render } from "preact";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Chat, ChatState, OtherEntry } from "../../client/chat/chat.ts";
import { openKeeper } from "../../client/chat/keeper.ts";
import { openSurvey } from "../../client/widget/extras/survey.tsx";
import { words as more } from "../../client/widget/extras/words/en.ts";
import type { View } from "../../client/widget/view.ts";
import { words } from "../../client/widget/words/en.ts";
import { memoryStorage, refusal } from "./chat-server.ts";
import { answer, question, quiet } from "./widget-state.ts";

const resolved = (messageId: string): OtherEntry => ({
  kind: "system",
  messageId,
  text: "",
  at: 0,
  notice: { kind: "resolved" },
});
const answered = answer("t1", { state: "ended", outcome: "completed" });

const ask = vi.fn(async (): Promise<object> => ({}));
const emit = vi.fn();
beforeEach(() => {
  vi.clearAllMocks();
});

/** A survey on a page of its own. */
function opened(storage = memoryStorage()) {
  const survey = openSurvey(openKeeper("test", storage));
  // Only what is part of the document hears of a click.
  const page = document.body.appendChild(document.createElement("div"));
  let chat: ChatState = quiet;
  const acts = { redraw: draw, emit, ask: ask as Chat["ask"] };
  // CAST: a survey asks a view for no more than this.
  const view = () => ({ words, chat, acts }) as unknown as View;
  function draw(): void {
    render(h(survey.Survey, { view: view(), more }), page);
  }
  return {
    survey,
    page,
    view,
    show(...entries: ChatState["entries"]) {
      chat = { ...quiet, entries };
      draw();
      return page.querySelector("form");
    },
    choose: (score: number) => page.querySelectorAll("input")[score - 1]?.click(),
    press: (name: string) =>
      [...page.querySelectorAll("button")].find(({ textContent }) => textContent === name)?.click(),
  };
}

describe("the survey", () => {
  test("comes when an agent has closed the matter, and goes when the customer goes on", () => {
    const { show } = opened();
    expect(show(question("m1"), answered)).toBeNull();
    expect(show(question("m1"), answered, resolved("r1"))).not.toBeNull();
    expect(show(question("m1"), answered, resolved("r1"), question("m2"))).toBeNull();
  });

  test("does not come where nobody answered", () => {
    const { show, survey } = opened();
    const failed = answer("t1", { state: "ended", outcome: "failed" });
    expect(show(question("m1"), failed, resolved("r1"))).toBeNull();
    expect(survey.isPossible({ ...quiet, entries: [question("m1"), failed] })).toBe(false);
    expect(survey.isPossible({ ...quiet, entries: [question("m1"), answered] })).toBe(true);
  });

  test("comes when the customer says that this is the end", () => {
    const { show, survey, view, page } = opened();
    show(question("m1"), answered);
    survey.end(view());
    expect(page.querySelector("form")).not.toBeNull();
  });

  test("takes a score from 1 to 5 and a comment, tells the shop's page, and does not ask again", async () => {
    const storage = memoryStorage();
    const { show, choose, page } = opened(storage);
    show(answered, resolved("r1"));
    choose(4);
    expect(page.querySelectorAll('[data-lit="true"]')).toHaveLength(4);
    const comment = page.querySelector("textarea") as HTMLTextAreaElement;
    comment.value = " fine ";
    page.querySelector("form")?.requestSubmit();
    await vi.waitFor(() => expect(page.textContent).toBe(more.thanksForRating));
    expect(ask).toHaveBeenCalledExactlyOnceWith("conversation:rate", { score: 4, comment: "fine" });
    expect(emit).toHaveBeenCalledExactlyOnceWith("rated", { score: 4 });
    expect(opened(storage).show(answered, resolved("r1"))).toBeNull();
    expect(opened(storage).show(answered, resolved("r1"), question("m2"), answered, resolved("r2"))).not.toBeNull();
  });

  test("can be skipped, for good", () => {
    const storage = memoryStorage();
    const { show, press, page } = opened(storage);
    show(answered, resolved("r1"));
    press(more.skip);
    expect(page.textContent).toBe("");
    expect(opened(storage).show(answered, resolved("r1"))).toBeNull();
    expect(ask).not.toHaveBeenCalled();
  });

  test("says why a rating was not taken, and keeps it", async () => {
    ask.mockRejectedValueOnce(refusal("unavailable"));
    const { show, choose, page } = opened();
    show(answered, resolved("r1"));
    choose(2);
    page.querySelector("form")?.requestSubmit();
    await vi.waitFor(() => expect(page.textContent).toContain(words.errors.unavailable));
    expect(page.querySelectorAll('[data-lit="true"]')).toHaveLength(2);
    expect(emit).not.toHaveBeenCalled();
  });
});
