import type { WireError } from "../../src/contract/errors.ts";
import type { View } from "../../src/contract/shapes.ts";
import type { Keeper } from "../chat/keeper.ts";
import { explain } from "../staff/explain.ts";
import type { State } from "../staff/state.ts";
import { openToaster } from "../staff/toaster.ts";
import { type Deeds, openDeeds } from "./deeds.ts";
import type { Desk } from "./desk/desk.ts";
import type { Writing } from "./desk/writing.ts";
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
export interface Acts extends Pick<Deeds, "take" | "stop" | "handBack" | "transfer" | "resolve"> {
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
  draft(): void;
  insertDraft(): void;
  setAway(isAway: boolean): void;
  dismissToast(toastId: number): void;
}

/** The longest message that the server takes, in UTF-16 units. */
export const mostChars = 4_000;
const kept = "looks-at";

export function openActs({ desk, ui, settings, writing, keeper }: ActsOptions): Acts {
  let cursorAt = 0;
  const openId = () => desk.state.thread?.conversationId ?? null;
  const words = () => settings.now.words;
  const toaster = openToaster(ui);
  const deeds = openDeeds({
    desk,
    ui,
    settings,
    toaster,
    leave: (conversationId) => conversationId === openId() && shut(),
  });

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
    if (conversationId === null) return;
    const text = writing.read(conversationId, mode).trim();
    if (text === "" || text.length > mostChars) return;
    if (mode !== "reply") return tell(conversationId, mode, text);
    if (deeds.isTaken) return deeds.refuseTaken();
    writing.write(conversationId, mode, "");
    desk.send(conversationId, text);
  }

  /** What is written goes away when it is stored, unless it has been written on meanwhile. */
  function tell(conversationId: string, mode: "note" | "whisper", text: string): void {
    deeds.tell(mode, text, () => {
      if (writing.read(conversationId, mode).trim() === text) writing.write(conversationId, mode, "");
      if (mode === "whisper") toaster.say(words().done.whispered);
    });
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
      const may = dialog === "resolve" ? !deeds.isTaken && openId() !== null : deeds.isMine;
      if (dialog === null || dialog === "help" || dialog === "canned" || may) ui.patch({ dialog });
      else if (openId() !== null) toaster.fault(explain({ code: "not-responder" }, words()));
    },
    take: deeds.take,
    stop: deeds.stop,
    handBack: deeds.handBack,
    transfer: deeds.transfer,
    resolve: deeds.resolve,
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
      const fault = (error: WireError) => toaster.fault(explain(error, words()));
      desk.setPresence(isAway ? "away" : "available").catch(fault);
    },
    dismissToast: toaster.dismiss,
  };
}
