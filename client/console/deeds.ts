import type { WireError } from "../../src/contract/errors.ts";
import { newId } from "../chat/outbox.ts";
import { explain } from "../staff/explain.ts";
import type { State } from "../staff/state.ts";
import type { Toaster } from "../staff/toaster.ts";
import type { Desk } from "./desk/desk.ts";
import { isMine, isTaken } from "./desk/views.ts";
import { focusWriting } from "./focus.ts";
import type { Settings } from "./settings.ts";
import type { Ui } from "./ui.ts";

export interface DeedsOptions {
  readonly desk: Desk;
  readonly ui: State<Ui>;
  readonly settings: State<Settings>;
  readonly toaster: Toaster;
  /** Leaves the conversation, should it still be the one that is open. */
  leave(conversationId: string): void;
}

/** What the agent does with the open conversation, one thing at a time. Whatever fails is told in words. */
export interface Deeds {
  readonly isMine: boolean;
  /** Another agent answers. */
  readonly isTaken: boolean;
  /** Says who has it: nothing would come of trying. */
  refuseTaken(): void;
  take(): void;
  stop(): void;
  handBack(note: string): void;
  transfer(to: string, note: string): void;
  resolve(tags: readonly string[], note: string): void;
  /** `done` is called with success alone. */
  tell(kind: "note" | "whisper", text: string, done: () => void): void;
}

const noteOf = (text: string) => (text.trim() ? { note: text.trim() } : {});

export function openDeeds({ desk, ui, settings, toaster, leave }: DeedsOptions): Deeds {
  const words = () => settings.now.words;

  const is = (what: typeof isMine) => {
    const summary = desk.inbox.row(desk.state.thread?.conversationId ?? "");
    return summary !== undefined && what(summary, desk.state.me?.agentId);
  };

  function carryOut(
    name: string,
    work: (conversationId: string) => Promise<unknown>,
    done?: (id: string) => void,
  ): void {
    const conversationId = desk.state.thread?.conversationId;
    if (conversationId === undefined || ui.now.busy) return;
    ui.patch({ busy: name });
    work(conversationId)
      .then(
        () => done?.(conversationId),
        (error: WireError) => toaster.fault(sentenceOf(error, conversationId)),
      )
      .finally(() => ui.patch({ busy: null }));
  }

  function sentenceOf(error: Pick<WireError, "code">, conversationId: string): string {
    const summary = desk.inbox.row(conversationId);
    const name = summary && isTaken(summary, desk.state.me?.agentId) ? summary.responder.name : undefined;
    return error.code === "taken" && name ? words().takenBy(name) : explain(error, words());
  }

  let telling: { readonly kind: string; readonly text: string; readonly noteId: string } | null = null;
  const refuseTaken = () => toaster.fault(sentenceOf({ code: "taken" }, desk.state.thread?.conversationId ?? ""));

  return {
    get isMine() {
      return is(isMine);
    },
    get isTaken() {
      return is(isTaken);
    },
    refuseTaken,
    take() {
      if (is(isMine)) focusWriting();
      else if (is(isTaken)) refuseTaken();
      else carryOut("take", desk.take, focusWriting);
    },
    stop() {
      const turnId = desk.state.thread?.runningTurnId;
      if (turnId) carryOut("stop", (conversationId) => desk.ask("turn:stop", { conversationId, turnId }));
    },
    handBack(note) {
      const work = (conversationId: string) => desk.ask("conversation:return", { conversationId, ...noteOf(note) });
      carryOut("return", work, () => toaster.say(words().done.returned));
    },
    transfer(to, note) {
      const work = (conversationId: string) =>
        desk.ask("conversation:transfer", { conversationId, to, ...noteOf(note) });
      carryOut("transfer", work, (conversationId) => {
        toaster.say(words().done.transferred);
        leave(conversationId);
      });
    },
    resolve(tags, note) {
      const told = tags.length > 0 ? { tags: [...tags] } : {};
      const work = (conversationId: string) =>
        desk.ask("conversation:resolve", { conversationId, ...told, ...noteOf(note) });
      carryOut("resolve", work, (conversationId) => {
        toaster.say(words().done.resolved);
        leave(conversationId);
      });
    },
    tell(kind, text, done) {
      const command = kind === "note" ? "note:add" : "whisper:send";
      // The same words once more, after an answer that was lost, are the same note.
      if (telling?.text !== text || telling.kind !== kind) telling = { kind, text, noteId: newId() };
      const { noteId } = telling;
      const told = () => {
        telling = null;
        done();
      };
      carryOut(kind, (conversationId) => desk.ask(command, { conversationId, text, noteId }), told);
    },
  };
}
