import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Summary, View } from "../../src/contract/shapes.ts";
import { useRead } from "../staff/reading.tsx";
import type { State } from "../staff/state.ts";
import type { Announcer } from "../widget/announce.ts";
import type { Acts } from "./acts.ts";
import type { Desk, DeskState } from "./desk/desk.ts";
import type { Writing } from "./desk/writing.ts";
import type { Settings } from "./settings.ts";
import type { Ui } from "./ui.ts";
import type { Words } from "./words/words.ts";

/** Everything that the parts of the page look at. It is one object for as long as somebody is signed in. */
export interface Scene {
  readonly desk: Desk;
  readonly acts: Acts;
  readonly ui: State<Ui>;
  readonly settings: State<Settings>;
  readonly writing: Writing;
  readonly announcer: Announcer;
  signOut(): void;
}

const SceneContext = createContext<Scene | null>(null);
export const SceneOf = SceneContext.Provider;

export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (!scene) throw new Error("Nothing can be shown outside of a scene.");
  return scene;
}

export function useDesk<T>(pick: (state: DeskState) => T): T {
  const { desk } = useScene();
  return useRead(desk.subscribe, () => pick(desk.state));
}

export function useUi<T>(pick: (ui: Ui) => T): T {
  const { ui } = useScene();
  return useRead(ui.subscribe, () => pick(ui.now));
}

export function useWords(): Words {
  const { settings } = useScene();
  return useRead(settings.subscribe, () => settings.now.words);
}

export function useSettings(): Settings {
  const { settings } = useScene();
  return useRead(settings.subscribe, () => settings.now);
}

export function useIds(view: View): readonly string[] {
  const { inbox } = useScene().desk;
  return useRead(inbox.watchLists, () => inbox.ids(view), view);
}

/** The row of a conversation, drawn again for its own changes alone. */
export function useRow(conversationId: string): Summary | undefined {
  const { inbox } = useScene().desk;
  const [, redraw] = useState({});
  useEffect(() => inbox.watchRow(conversationId, () => redraw({})), [inbox, conversationId]);
  return inbox.row(conversationId);
}
