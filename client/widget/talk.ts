import type { Chat, ChatState } from "../chat/chat.ts";
import { openKeeper, pageStorage, scopeOf } from "../chat/keeper.ts";
import { openChat } from "../chat/open.ts";
import type { Announcer } from "./announce.ts";
import type { Emit } from "./api.ts";
import { type Arrivals, arrivalsBetween } from "./arrivals.ts";
import { tellings } from "./narrate.ts";
import { readAloud } from "./read-aloud.ts";
import type { Words } from "./words/words.ts";

export interface TalkOptions {
  readonly server: string;
  readonly token: string | undefined;
  readonly announcer: Announcer;
  readonly emit: Emit;
  /** The words to speak with, or null while nobody is looking at the panel. */
  listening(): Words | null;
  /** After each change. */
  changed(state: ChatState, arrivals: Arrivals): void;
}

/** A chat whose changes are also told to the ear and to the shop's page. */
export function openTalk({ server, token, announcer, emit, listening, changed }: TalkOptions): Chat {
  const chat = openChat({ url: server, token });
  const readings = new Map<string, () => void>();
  let before = chat.state;

  function speak(state: ChatState, arrivals: Arrivals, words: Words): void {
    for (const { turnId } of arrivals.ended) {
      (readings.get(turnId) ?? readAloud(chat, turnId, announcer.say))();
    }
    for (const { text, urgent } of tellings(before, state, arrivals, words)) {
      if (urgent) announcer.alert(text);
      else announcer.say(text);
    }
    for (const { turnId } of arrivals.begun) readings.set(turnId, readAloud(chat, turnId, announcer.say));
  }

  chat.subscribe((state) => {
    const arrivals = arrivalsBetween(before, state);
    const words = listening();
    if (words) speak(state, arrivals, words);
    for (const { turnId } of arrivals.ended) readings.delete(turnId);
    report(chat, before, arrivals, emit);
    before = state;
    changed(state, arrivals);
  });
  return chat;
}

/** Tells the shop's page. */
function report({ state, textOf }: Chat, before: ChatState, { ended, others, failed }: Arrivals, emit: Emit): void {
  const { responder } = before;
  if (before.ready && (state.responder.kind !== responder.kind || state.responder.name !== responder.name))
    emit("handoff", state.responder);
  for (const { kind, text, notice } of others) {
    emit("message", { author: kind, text });
    if (notice?.kind === "resolved") emit("resolved", undefined);
  }
  for (const { turnId, outcome = "completed", error } of ended) {
    emit("message", { author: "assistant", text: textOf(turnId) });
    emit("ended", { turnId, outcome });
    if (error) emit("error", error);
  }
  for (const { error } of failed) if (error) emit("error", error);
  if (state.refusal && state.refusal !== before.refusal) emit("error", state.refusal);
}

/** Forgets who the guest is on this device, and what was not sent. */
export function forgetCustomer(server: string): void {
  openKeeper(scopeOf(server), pageStorage("localStorage")).write("guest", null);
  forgetUnsent(server);
}

/** What one customer has not sent, the next must not send. */
export function forgetUnsent(server: string): void {
  openKeeper(scopeOf(server), pageStorage("sessionStorage")).write("outbox", null);
}
