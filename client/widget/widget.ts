import type { Chat, ChatState } from "../chat/chat.ts";
import type { Announcer } from "./announce.ts";
import type { Emit, Handoff, TidegateCalls } from "./api.ts";
import type { Arrivals } from "./arrivals.ts";
import { openAttention } from "./attention.ts";
import type { Lent } from "./extras/extras.ts";
import { personText } from "./notices.tsx";
import { openExtras } from "./open-extras.ts";
import { callPerson, none, wishAfter } from "./person.ts";
import { openStage } from "./phone.ts";
import { endSession, hasSession, keepOpen, keepSession, wasOpen } from "./session.ts";
import { startersOf } from "./starters.ts";
import { forgetCustomer, forgetUnsent, openTalk } from "./talk.ts";
import { applyTheme } from "./theme.ts";
import type { Acts, PersonWish, View } from "./view.ts";
import { onWake } from "./wake.ts";
import { openLanguage } from "./words/language.ts";
import type { Words } from "./words/words.ts";

interface State {
  readonly open: boolean;
  readonly takesFocus: boolean;
  readonly words: Words;
  readonly unread: number;
  /** Their turn has come, and they have not looked since. */
  readonly called: boolean;
  readonly person: PersonWish;
  readonly extras: View["extras"];
  readonly chat: ChatState | null;
}

/** Nothing has come that was not looked at. */
const allSeen = { unread: 0, called: false } as const;

/** Gives what `window.Tidegate` calls. `lent` is for the extras; `draw` shows the panel anew, or takes it away. */
export function openWidget(
  handoff: Handoff,
  words: Words,
  announcer: Announcer,
  lent: Lent,
  draw: (view: View | null) => void,
): TidegateCalls {
  const { settings, server, host, launcher, listeners, fetchPart } = handoff;
  const emit: Emit = (event, detail) => {
    for (const [name, listener] of listeners) if (name === event) listener(detail);
  };
  const titled = settings["title"] !== "off";
  const attention = openAttention(launcher, titled);
  const stage = openStage(host, () => patch({}));
  let token = settings["token"];
  let talk: Chat | undefined;
  let state: State = {
    open: false,
    takesFocus: true,
    words,
    ...allSeen,
    person: none,
    extras: null,
    chat: null,
  };
  const fetchExtras = openExtras(fetchPart, lent, (extras) => patch({ extras }));
  /** Only once there is nothing better to do: the first words go before. */
  const wantExtras = () => idle(() => fetchExtras(state.words.locale));

  const isSeen = () => state.open && !document.hidden;

  function patch(news: Partial<State>): void {
    const { unread, person, called } = state;
    state = { ...state, ...news };
    host.lang = state.words.locale;
    attention.show({ ...state, place: state.chat?.place ?? null });
    if (state.unread !== unread) emit("unread", { count: state.unread });
    if (state.unread > unread || (state.called && !called)) state.extras?.chime();
    const { chat } = state;
    if (!chat) return;
    const starters = startersOf(settings, state.words.locale);
    const view = { ...state, titled, starters, chat, isFull: stage.isFull, acts: { ...converse(), ...acts } };
    if (state.person !== person && isSeen()) announcer.say(personText(view));
    draw(view);
  }

  function converse(): Chat {
    talk ??= openTalk({
      server,
      token,
      announcer,
      emit,
      listening: () => (isSeen() ? state.words : null),
      changed: hear,
    });
    return talk;
  }

  function hear(chat: ChatState, { ended, others }: Arrivals): void {
    // The last words of a talk that has been ended.
    if (chat !== talk?.state) return;
    const { words, chat: before } = state;
    const news = ended.length + others.length;
    const unread = isSeen() ? 0 : state.unread + news;
    const called = !isSeen() && (state.called || before?.place?.turnId === chat.runningTurnId);
    if (called && !state.called) announcer.say(`${words.title}, ${words.yourTurn}`);
    if (unread > state.unread) announcer.say(`${words.title}, ${words.unread(unread)}`);
    if (news > 0) {
      keepSession();
      wantExtras();
    }
    patch({ chat, unread, called, person: wishAfter(state.person, chat, others, words) });
  }

  function show(takesFocus: boolean): void {
    if (state.open) return;
    const { state: chat } = converse();
    keepSession();
    keepOpen(true);
    stage.set(true);
    patch({ open: true, takesFocus, ...allSeen, chat });
    wantExtras();
    emit("opened", undefined);
  }

  function hide(): void {
    if (!state.open) return;
    const hadFocus = host.matches(":focus-within");
    keepOpen(false);
    stage.set(false);
    patch({ open: false });
    if (hadFocus) launcher.focus();
    emit("closed", undefined);
  }

  function submit(text: string): void {
    converse().send(text, { url: location.href.slice(0, 2_000), title: document.title.slice(0, 300) });
  }

  const acts: Omit<Acts, "watchText" | "textOf" | "retry" | "stop" | "rate" | "ask"> = {
    close: hide,
    submit,
    askAgain: (turnId: string) => {
      const text = questionOf(state.chat, turnId);
      if (text) submit(text);
    },
    callPerson(leave) {
      const chat = converse();
      const settle = (person: PersonWish) => chat === talk && patch({ person });
      callPerson({ chat, words: () => state.words, settle }, leave);
    },
    dropPerson() {
      if (state.chat?.wish) talk?.dropPerson();
      patch({ person: none });
    },
    redraw: () => patch({}),
    emit,
  };

  function endTalk(): void {
    talk?.close();
    talk = undefined;
    patch({ chat: null, ...allSeen, takesFocus: false, person: none });
    draw(null);
  }

  /** Ends the talk; the next one begins when it is needed, or at once where somebody is looking. */
  function restart(between: () => void): void {
    endTalk();
    between();
    if (state.open || hasSession()) patch({ chat: converse().state });
  }

  const language = openLanguage(fetchPart, (words) => {
    patch({ words });
    if (state.extras) wantExtras();
  });
  const wake = () => {
    talk?.reconcile();
    patch(isSeen() ? allSeen : {});
  };
  const stopWaking = onWake(wake, () => patch({}));
  if (settings["theme"]) applyTheme(host, { mode: settings["theme"] as "auto" });
  patch({});
  if (hasSession()) {
    converse();
    wantExtras();
  }
  if (wasOpen() && !stage.isFull) show(false);
  emit("ready", undefined);

  return {
    open: () => show(true),
    close: hide,
    toggle: () => (state.open ? hide() : show(true)),
    send(text) {
      show(true);
      if (`${text}`.trim()) submit(`${text}`.trim());
    },
    identify(fresh) {
      if (fresh === token) return;
      const isGuest = token === undefined;
      token = fresh;
      restart(() => isGuest || forgetUnsent(server));
    },
    setLocale: language.set,
    setTheme: (theme) => applyTheme(host, theme),
    reset() {
      hide();
      token = undefined;
      endSession();
      restart(() => forgetCustomer(server));
    },
    destroy() {
      hide();
      language.close();
      stopWaking();
      endTalk();
      stage.close();
      announcer.close();
      handoff.remove();
    },
  };
}

const idle = (work: () => void) => (window.requestIdleCallback ?? setTimeout)(work);

/** What was asked in a turn, as one text. */
function questionOf(chat: ChatState | null, turnId: string): string {
  const questions = chat?.entries.filter((entry) => entry.kind === "question") ?? [];
  const ofTurn = questions.filter((question) => question.turnId === turnId);
  return ofTurn.map(({ text }) => text).join("\n");
}
