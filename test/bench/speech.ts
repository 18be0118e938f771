import http from "node:http";
import https from "node:https";
import { performance } from "node:perf_hooks";
import { WebSocket } from "ws";
import { commandFrame, enterFrame, type Frame, pongFrame, readFrame } from "../load/visitors/frames.ts";

/** What became of one question. */
export interface Heard {
  /** Milliseconds until the first text. */
  readonly firstMs: number;
  readonly deltas: number;
  readonly chars: number;
}

/** One client that asks one question after another. */
export interface Speaker {
  ask(question: string): Promise<Heard>;
  close(): void;
}

/** The languages that the servers of a comparison speak. */
export type Speech = "tidegate" | "tidegate, conversation not open" | "socket.io" | "ws" | "sse" | "relay";

/** An answer as it is heard. */
class Hearing {
  readonly #askedAt = performance.now();
  readonly #done = Promise.withResolvers<Heard>();
  #firstMs = 0;
  #deltas = 0;
  #chars = 0;

  get heard(): Promise<Heard> {
    return this.#done.promise;
  }

  delta(text: string): void {
    if (this.#deltas++ === 0) this.#firstMs = performance.now() - this.#askedAt;
    this.#chars += text.length;
  }

  end(): void {
    this.#done.resolve({ firstMs: this.#firstMs, deltas: this.#deltas, chars: this.#chars });
  }

  fail(why: string): void {
    this.#done.reject(new Error(why));
  }
}

abstract class OverWebSocket implements Speaker {
  readonly #ws: WebSocket;
  readonly #open = Promise.withResolvers<void>();
  protected hearing = new Hearing();

  constructor(url: string) {
    this.#ws = new WebSocket(url.replace(/^http/, "ws"), { perMessageDeflate: false, skipUTF8Validation: true });
    this.#ws.on("message", (data) => this.heard(String(data)));
    this.#ws.on("close", (code) => this.lost(`closed (${code})`));
    this.#ws.on("error", (fault) => this.lost(fault.message));
  }

  get opened(): Promise<void> {
    return this.#open.promise;
  }

  ask(question: string): Promise<Heard> {
    this.hearing = new Hearing();
    this.put(question);
    return this.hearing.heard;
  }

  close(): void {
    this.#ws.removeAllListeners("close");
    this.#ws.terminate();
  }

  protected ready(): void {
    this.#open.resolve();
  }

  protected lost(why: string): void {
    this.#open.reject(new Error(why));
    this.hearing.heard.catch(() => {});
    this.hearing.fail(why);
  }

  protected say(frame: string): void {
    this.#ws.send(frame);
  }

  protected onOpen(act: () => void): void {
    this.#ws.on("open", act);
  }

  protected abstract put(question: string): void;
  protected abstract heard(data: string): void;
}

class BareSpeaker extends OverWebSocket {
  constructor(url: string) {
    super(url);
    this.onOpen(() => this.ready());
  }

  protected put(question: string): void {
    this.say(question);
  }

  protected heard(data: string): void {
    const { text, end } = JSON.parse(data);
    if (end === undefined) this.hearing.delta(text);
    else this.hearing.end();
  }
}

abstract class SocketIoSpeaker extends OverWebSocket {
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    super(`${url}/socket.io/?EIO=4&transport=websocket`);
    this.#token = token;
  }

  protected heard(data: string): void {
    const frame = readFrame(data);
    if (frame.kind === "open") this.say(enterFrame(this.#token === undefined ? {} : { token: this.#token }));
    else if (frame.kind === "ping") this.say(pongFrame);
    else if (frame.kind === "connected") this.ready();
    else if (frame.kind === "refused") this.lost(JSON.stringify(frame.error));
    else this.told(frame);
  }

  protected abstract told(frame: Frame): void;
}

class TutorialSpeaker extends SocketIoSpeaker {
  protected put(question: string): void {
    this.say(`42${JSON.stringify(["ask", question])}`);
  }

  protected told(frame: Frame): void {
    if (frame.kind !== "fact") return;
    // CAST: what the servers of the comparison send.
    if (frame.name === "delta") this.hearing.delta((frame.payload as { text: string }).text);
    else this.hearing.end();
  }
}

class TidegateSpeaker extends SocketIoSpeaker {
  static #asked = 0;

  protected put(question: string): void {
    const messageId = `bench-${process.pid}-${TidegateSpeaker.#asked++}`;
    this.say(commandFrame(0, "message:send", { messageId, text: question }));
  }

  readonly #isOpening: boolean;

  constructor(url: string, token: string | undefined, isOpening: boolean) {
    super(url, token);
    this.#isOpening = isOpening;
  }

  protected override ready(): void {
    if (this.#isOpening) this.say(commandFrame(1, "conversation:open", {}));
    else super.ready();
  }

  protected told(frame: Frame): void {
    if (frame.kind === "fact" && frame.name === "turn:delta") {
      this.hearing.delta((frame.payload as { text: string }).text); // CAST: the contract's
    } else if (frame.kind === "fact" && frame.name === "turn:ended") this.hearing.end();
    else if (frame.kind === "reply") this.#replied(frame.id, frame.reply as { ok: boolean }); // CAST: the contract's
  }

  #replied(id: number, reply: { readonly ok: boolean }): void {
    if (!reply.ok) this.lost(JSON.stringify(reply));
    else if (id === 1) super.ready();
  }
}

/** Server-sent events over one kept connection. */
class EventsSpeaker implements Speaker {
  readonly #agent: http.Agent;
  readonly #url: string;
  readonly #path: string;
  readonly #bodyOf: (question: string) => string;

  constructor(url: string, path: string, bodyOf: (question: string) => string) {
    [this.#url, this.#path, this.#bodyOf] = [url, path, bodyOf];
    const { Agent } = url.startsWith("https:") ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1 });
  }

  async ask(question: string): Promise<Heard> {
    const hearing = new Hearing();
    const headers = { "content-type": "application/json", "x-api-key": "key", "anthropic-version": "2023-06-01" };
    const { request: begin } = this.#url.startsWith("https:") ? https : http;
    const request = begin(`${this.#url}${this.#path}`, { method: "POST", agent: this.#agent, headers });
    request.on("error", (fault) => hearing.fail(fault.message));
    request.on("response", (response) => void this.#read(response, hearing));
    request.end(this.#bodyOf(question));
    return hearing.heard;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #read(response: http.IncomingMessage, hearing: Hearing): Promise<void> {
    let rest = "";
    for await (const chunk of response.setEncoding("utf8")) {
      const events = `${rest}${chunk}`.split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        const text = textOf(event);
        if (text !== null) hearing.delta(text);
      }
    }
    if (response.statusCode === 200) hearing.end();
    else hearing.fail(`status ${response.statusCode}: ${rest.slice(0, 200)}`);
  }
}

/** The piece in an event of the relay, or of the UI message stream; null in all others. */
function textOf(event: string): string | null {
  const json = event.slice(event.indexOf("data: ") + 6);
  if (!json.startsWith("{")) return null;
  const data = JSON.parse(json);
  if (data.type === "text-delta") return data.delta;
  return data.type === "content_block_delta" ? data.delta.text : null;
}

/** What the relay itself is asked, to know how soon it answers. */
function askOf(question: string): string {
  const messages = [{ role: "user", content: question }];
  return JSON.stringify({ model: "claude-sonnet-4-6", max_tokens: 64_000, stream: true, messages });
}

async function opened<T extends OverWebSocket>(speaker: T): Promise<T> {
  await speaker.opened;
  return speaker;
}

type Open = (url: string, token?: string) => Promise<Speaker>;

export const openSpeaker: Readonly<Record<Speech, Open>> = {
  tidegate: (url, token) => opened(new TidegateSpeaker(url, token, true)),
  "tidegate, conversation not open": (url, token) => opened(new TidegateSpeaker(url, token, false)),
  "socket.io": (url) => opened(new TutorialSpeaker(url)),
  ws: (url) => opened(new BareSpeaker(url)),
  sse: async (url) => new EventsSpeaker(url, "/", (question) => question),
  relay: async (url) => new EventsSpeaker(url, "/v1/messages", askOf),
};
