import type { WireError } from "../../src/contract/errors.ts";
import type { Summary, View } from "../../src/contract/shapes.ts";
import type { Keeper } from "../chat/keeper.ts";
import type { Desk } from "./desk/desk.ts";
import type { State } from "./desk/state.ts";
import { isMine, isTaken } from "./desk/views.ts";
import type { Writing } from "./desk/writing.ts";
import { explain } from "./explain.ts";
import { focusRow, focusWriting } from "./focus.ts";
import type { Settings } from "./settings.ts";
import type { DialogName, Pane, Ui } from "./ui.ts";
import type { Mode } from "./words/words.ts";

export interface ActsOptions {
  readonly desk: Desk;
  readonly ui: State<Ui>;
  readonly settings: State<Settings>;
  readonly writing: Writing;
  /** Keeps over a reload what is looked at. */
  readonly keeper: Keeper;
}

/** What the agent does, by hand or by key. Whatever fails is told in words. */
export interface Acts {
  /** The open conversation. */
  readonly openId: string | null;
  look(view: View): void;
  show(pane: Pane): void;
  open(conversationId: string): void;
  /** Closes the open conversation. */
  shut(): void;
  /** One step back: a draft goes first, then the pane over the thread, then the conversation. */
  back(): void;
  /** Moves the keyboard to another row. */
  move(steps: number): void;
  write(mode: Mode): void;
  /** Puts words behind those that stand in the composer. */
  insert(mode: Mode, text: string): void;
  /** Sends what stands in the composer. */
  submit(mode: Mode): void;
  ask(dialog: DialogName | null): void;
  take(): void;
  stop(): void;
  handBack(note: string): void;
  transfer(to: string, note: string): void;
  resolve(tags: readonly string[], note: string): void;
  draft(): void;
  insertDraft(): void;
  setAway(isAway: boolean): void;
  dismissToast(toastId: number): void;
}

const toastMs = 6_000;
export const mostChars = 4_000;
const kept = "looks-at";
const noteOf = (text: string) => (text.trim() ? { note: text.trim() } : {});

export function openActs({ desk, ui, settings, writing, keeper }: ActsOptions): Acts {
  let toasts = 0;
  let cursorAt = 0;
  const openId = () => desk.state.thread?.conversationId ?? null;
  const words = () => settings.now.words;

  function toast(text: string, isFault = false): void {
    const toastId = ++toasts;
    ui.patch({ toasts: [...ui.now.toasts.slice(-2), { toastId, text, isFault }] });
    setTimeout(() => dismissToast(toastId), toastMs);
  }

  function dismissToast(toastId: number): void {
    ui.patch({ toasts: ui.now.toasts.filter((one) => one.toastId !== toastId) });
  }

  /** Carries out one thing at a time; `done` is said, or done, when it has succeeded. */
  function carryOut(name: string, work: (conversationId: string) => Promise<unknown>, done = () => {}): void {
    const conversationId = openId();
    if (conversationId === null || ui.now.busy) return;
    ui.patch({ busy: name });
    work(conversationId)
      .then(done, (error: WireError) => toast(sentenceOf(error, desk.inbox.row(conversationId)), true))
      .finally(() => ui.patch({ busy: null }));
  }

  function sentenceOf(error: Pick<WireError, "code">, summary: Summary | undefined): string {
    const name = summary && isTaken(summary, desk.state.me?.agentId) ? summary.responder.name : undefined;
    return error.code === "taken" && name ? words().takenBy(name) : explain(error, words());
  }

  const rowNow = () => desk.inbox.row(openId() ?? "");
  const is = (what: typeof isMine) => {
    const summary = rowNow();
    return summary !== undefined && what(summary, desk.state.me?.agentId);
  };
  const isMineNow = () => is(isMine);
  const isTakenNow = () => is(isTaken);

  /** Another agent has it: nothing would come of trying. */
  function refuseTaken(): void {
    toast(sentenceOf({ code: "taken" }, rowNow()), true);
  }

  function open(conversationId: string): void {
    ui.patch({ pane: "thread", cursorId: conversationId, mode: "reply" });
    keeper.write(kept, conversationId);
    desk.open(conversationId);
  }

  function shut(): void {
    const was = openId();
    ui.patch({ pane: "list" });
    keeper.write(kept, null);
    desk.open(null);
    focusRow(was);
  }

  function write(mode: Mode): void {
    if (openId() === null) return;
    ui.patch({ mode, pane: "thread" });
    focusWriting();
  }

  function insert(mode: Mode, text: string): void {
    const conversationId = openId();
    if (conversationId === null) return;
    const before = writing.read(conversationId, mode);
    writing.write(conversationId, mode, before && !/\s$/.test(before) ? `${before}\n${text}` : before + text);
    write(mode);
  }

  function submit(mode: Mode): void {
    const conversationId = openId();
    const text = conversationId === null ? "" : writing.read(conversationId, mode).trim();
    if (conversationId === null || text === "" || text.length > mostChars) return;
    if (mode === "reply" && isTakenNow()) return refuseTaken();
    if (mode === "reply") {
      writing.write(conversationId, mode, "");
      desk.send(conversationId, text);
      return;
    }
    const cleared = () => {
      writing.write(conversationId, mode, "");
      if (mode === "whisper") toast(words().done.whispered);
    };
    carryOut(
      mode,
      (id) => desk.ask(mode === "note" ? "note:add" : "whisper:send", { conversationId: id, text }),
      cleared,
    );
  }

  function leaveWith(text: string): void {
    toast(text);
    shut();
  }

  const before = keeper.read(kept);
  if (before !== null) open(before);

  return {
    get openId() {
      return openId();
    },
    look(view) {
      ui.patch({ view, pane: "list" });
    },
    show: (pane) => ui.patch({ pane }),
    open,
    shut,
    back() {
      if (desk.state.draft) desk.dismissDraft();
      else if (ui.now.pane === "customer") ui.patch({ pane: "thread" });
      else shut();
    },
    move(steps) {
      const ids = desk.inbox.ids(ui.now.view);
      const at = ids.indexOf(ui.now.cursorId ?? "");
      const from = at >= 0 ? at : cursorAt - Math.max(steps, 0);
      cursorAt = Math.min(Math.max(from + steps, 0), ids.length - 1);
      const cursorId = ids[cursorAt];
      if (cursorId === undefined) return;
      ui.patch({ cursorId, pane: "list" });
      focusRow(cursorId);
    },
    write,
    insert,
    submit,
    ask(dialog) {
      const may = dialog === "resolve" ? !isTakenNow() && openId() !== null : isMineNow();
      if (dialog === null || dialog === "help" || dialog === "canned" || may) ui.patch({ dialog });
      else if (openId() !== null) toast(explain({ code: "not-responder" }, words()), true);
    },
    take() {
      if (isMineNow()) focusWriting();
      else if (isTakenNow()) refuseTaken();
      else carryOut("take", desk.take, () => focusWriting());
    },
    stop() {
      const turnId = desk.state.thread?.runningTurnId;
      if (turnId) carryOut("stop", (conversationId) => desk.ask("turn:stop", { conversationId, turnId }));
    },
    handBack(note) {
      const work = (conversationId: string) => desk.ask("conversation:return", { conversationId, ...noteOf(note) });
      carryOut("return", work, () => toast(words().done.returned));
    },
    transfer(to, note) {
      const work = (conversationId: string) =>
        desk.ask("conversation:transfer", { conversationId, to, ...noteOf(note) });
      carryOut("transfer", work, () => leaveWith(words().done.transferred));
    },
    resolve(tags, note) {
      const told = tags.length > 0 ? { tags: [...tags] } : {};
      const work = (conversationId: string) =>
        desk.ask("conversation:resolve", { conversationId, ...told, ...noteOf(note) });
      carryOut("resolve", work, () => leaveWith(words().done.resolved));
    },
    draft() {
      desk.askDraft();
      write("reply");
    },
    insertDraft() {
      const text = desk.draftText();
      desk.dismissDraft();
      insert("reply", text);
    },
    setAway(isAway) {
      desk.setPresence(isAway ? "away" : "available").catch((error: WireError) => toast(explain(error, words()), true));
    },
    dismissToast,
  };
}
