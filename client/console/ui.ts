import type { View } from "../../src/contract/shapes.ts";
import type { Toast } from "../staff/toaster.ts";
import type { Mode } from "./words/words.ts";

export type Pane = "list" | "thread" | "customer";
export type DialogName = "handback" | "transfer" | "resolve" | "help" | "canned";

/** How the page stands: nothing of it concerns the server. */
export interface Ui {
  readonly view: View;
  /** Which pane a narrow screen shows. */
  readonly pane: Pane;
  /** The row that the keyboard is at. */
  readonly cursorId: string | null;
  readonly mode: Mode;
  readonly dialog: DialogName | null;
  /** A command that is being carried out: the same is not asked twice. */
  readonly busy: string | null;
  readonly toasts: readonly Toast[];
}

export const firstUi: Ui = {
  view: "waiting",
  pane: "list",
  cursorId: null,
  mode: "reply",
  dialog: null,
  busy: null,
  toasts: [],
};
