import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { History, ServiceState } from "../../src/contract/service.ts";
import { useRead } from "../staff/reading.tsx";
import type { State } from "../staff/state.ts";
import type { Toast } from "../staff/toaster.ts";
import type { Announcer } from "../widget/announce.ts";
import type { Acts } from "./acts.ts";
import type { Feed, FeedState } from "./feed/feed.ts";
import { type Formats, formatsOf } from "./format.ts";
import type { Settings } from "./settings.ts";
import type { Words } from "./words/words.ts";

/** Something an operator is about to do. */
export type Intent =
  | { readonly kind: "hold" | "let-go" | "pause" | "resume" }
  | { readonly kind: "drain" | "bring-back"; readonly nodeId: string };

/** How the page stands: nothing of it concerns the server. */
export interface Ui {
  readonly intent: Intent | null;
  readonly toasts: readonly Toast[];
}

/** Everything that the parts of the page look at. It is one object for as long as somebody is signed in. */
export interface Scene {
  readonly feed: Feed;
  readonly acts: Acts;
  readonly ui: State<Ui>;
  readonly settings: State<Settings>;
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

export function useFeed<T>(pick: (state: FeedState) => T): T {
  const { feed } = useScene();
  return useRead(feed.subscribe, () => pick(feed.state));
}

export function useUi<T>(pick: (ui: Ui) => T): T {
  const { ui } = useScene();
  return useRead(ui.subscribe, () => pick(ui.now));
}

export function useWords(): Words {
  const { settings } = useScene();
  return useRead(settings.subscribe, () => settings.now.words);
}

export function useFormats(): Formats {
  return formatsOf(useWords().locale);
}

/** What every part that shows figures is given. */
export interface PartProps {
  readonly service: ServiceState;
}

export interface ChartProps {
  readonly history: History;
  /** The present, on the clock of the node that tells. */
  readonly now: number;
}
