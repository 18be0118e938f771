import type { AnswerEntry, Chat, Entry, QuestionEntry } from "../../client/chat/chat.ts";
import { wallClock } from "../../client/chat/clock.ts";
import { type StorageLike, scopeOf } from "../../client/chat/keeper.ts";
import { openChat } from "../../client/chat/open.ts";
import type { OpenSocket } from "../../client/chat/socket.ts";
import { overWebSocket } from "../../client/chat/websocket.ts";
import type { Message, Outcome } from "../../src/contract/shapes.ts";
import { until } from "../support/until.ts";

const direct = overWebSocket(wallClock);
let browsers = 0;

class MemoryStorage implements StorageLike {
  readonly #kept = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#kept.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#kept.set(key, value);
  }

  removeItem(key: string): void {
    this.#kept.delete(key);
  }
}

/** What the tabs of one guest share. */
export class Browser {
  /** No two browsers share locks or keys. */
  readonly url = `http://browser-${++browsers}`;
  readonly storage = new MemoryStorage();

  /** @param guestToken of a guest who was here before */
  constructor(guestToken?: string) {
    if (guestToken !== undefined) this.storage.setItem(this.#guestKey, guestToken);
  }

  /** What makes another connection the same guest's; empty before the first tab is open. */
  get auth(): { guestToken?: string } {
    const guestToken = this.storage.getItem(this.#guestKey);
    return guestToken === null ? {} : { guestToken };
  }

  get #guestKey(): string {
    return `${scopeOf(this.url)}:guest`;
  }
}

/** A tab with the widget's own client in it, which comes to the next of its nodes at every connection. */
export class Tab implements Disposable {
  readonly chat: Chat;
  readonly browser: Browser;
  readonly #urls: readonly string[];
  /** So often it went to a node, whether it got in or not. */
  attempts = 0;
  #cut = () => {};

  /** @param urls the nodes it comes to, in turn */
  constructor(urls: readonly string[], browser: Browser = new Browser()) {
    this.#urls = urls;
    this.browser = browser;
    const { url, storage } = browser;
    const openSocket: OpenSocket = (...args) => this.#connect(...args);
    this.chat = openChat({ url, storage, session: new MemoryStorage(), openSocket });
  }

  /** Resolves once it shows the conversation. */
  async ready(): Promise<this> {
    await until("a tab is online", () => this.chat.state.link === "online");
    return this;
  }

  /** Its line breaks, and it comes back at once: to the next of its nodes. */
  hop(): void {
    this.#cut();
    this.chat.reconcile();
  }

  /** Sends a question; gives the turn that answers it once it is acknowledged. */
  async ask(text: string): Promise<string> {
    this.chat.send(text);
    const messageId = this.#questions.at(-1)?.messageId;
    return until("a question is acknowledged", () => {
      const question = this.#questions.find((entry) => entry.messageId === messageId);
      return question?.status === "sent" && question.turnId;
    });
  }

  textOf(turnId: string): string {
    return this.chat.textOf(turnId);
  }

  answer(turnId: string): AnswerEntry | undefined {
    return this.chat.state.entries.find((entry) => entry.kind === "answer" && entry.turnId === turnId) as
      | AnswerEntry
      | undefined; // CAST: the kind was looked at
  }

  /** Resolves once it shows at least so many characters of an answer. */
  async grownTo(turnId: string, chars: number): Promise<void> {
    await until(`a tab shows ${chars} characters`, () => this.textOf(turnId).length >= chars);
  }

  /** Resolves once it shows the answer as ended and stored. */
  async ended(turnId: string, patienceMs = 20_000): Promise<AnswerEntry> {
    return until(
      "a tab shows the end of an answer",
      () => {
        const answer = this.answer(turnId);
        return answer?.state === "ended" && answer.messageId !== undefined && answer;
      },
      patienceMs,
    );
  }

  /** Every text of an answer that it shows from now on, in order. */
  watch(turnId: string): readonly string[] {
    const shown: string[] = [];
    this.chat.watchText(turnId, {
      reset: (text) => shown.push(text),
      append: (piece) => shown.push((shown.at(-1) ?? "") + piece),
    });
    return shown;
  }

  /** What it shows, in reading order, in the form of {@link linesOf}. */
  get lines(): readonly string[] {
    return this.chat.state.entries.map((entry) => this.#line(entry));
  }

  [Symbol.dispose](): void {
    this.chat.close();
  }

  get #questions(): QuestionEntry[] {
    return this.chat.state.entries.filter((entry) => entry.kind === "question");
  }

  #line(entry: Entry): string {
    if (entry.kind !== "answer") return `${entry.kind === "question" ? "customer" : entry.kind}: ${entry.text}`;
    return answerLine(entry.outcome, this.textOf(entry.turnId));
  }

  #connect(...[, auth, tell]: Parameters<OpenSocket>): () => void {
    const url = this.#urls[this.attempts++ % this.#urls.length] ?? "";
    const close = direct(url, auth, tell);
    this.#cut = () => {
      close();
      tell.ended("lost");
    };
    return close;
  }
}

/** Stored messages as a tab must show them. */
export function linesOf(messages: readonly Message[]): readonly string[] {
  return messages.map(({ author, outcome, text }) =>
    author === "assistant" ? answerLine(outcome, text) : `${author}: ${text}`,
  );
}

/** Short, so that two lists can be compared by eye; its last words are those that differ when any do. */
function answerLine(outcome: Outcome | undefined, text: string): string {
  return `assistant (${outcome}): ${text.length} characters, …${text.slice(-10)}`;
}

/** A new guest's tab at those nodes. */
export function openTab(urls: readonly string[], browser?: Browser): Promise<Tab> {
  return new Tab(urls, browser).ready();
}
