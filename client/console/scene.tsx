import { Component, type ComponentChildren, type ComponentType, createContext, h } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Summary, View } from "../../src/contract/shapes.ts";
import type { Announcer } from "../widget/announce.ts";
import type { Acts } from "./acts.ts";
import type { Desk, DeskState } from "./desk/desk.ts";
import type { State } from "./desk/state.ts";
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

/** What `read` gives, now and after each change that is told; the part is drawn again only when it differs. */
export function useRead<T>(subscribe: (listener: () => void) => () => void, read: () => T, about: unknown = 0): T {
  const [, redraw] = useState({});
  const value = read();
  useEffect(() => {
    let shown = value;
    const look = () => {
      const next = read();
      if (Object.is(next, shown)) return;
      shown = next;
      redraw({});
    };
    // It may have changed between drawing and listening.
    look();
    return subscribe(look);
  }, [subscribe, about]);
  return value;
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

interface GuardProps {
  readonly fallback: ComponentChildren;
  readonly children: ComponentChildren;
}

/** What cannot be drawn costs its own place and nothing else. */
export class Guard extends Component<GuardProps, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(): void {
    this.setState({ failed: true });
  }

  override render({ children, fallback }: GuardProps): ComponentChildren {
    return this.state.failed ? fallback : children;
  }
}

/** A part that is drawn again only when one of its properties is another, or something that it listens to. */
export function still<P extends object>(part: (props: P) => ComponentChildren): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before = this.props as Readonly<Record<string, unknown>>;
      return Object.entries(next).some(([name, value]) => before[name] !== value);
    }

    override render(): ComponentChildren {
      // CAST: the properties are the part's own; Preact adds children and ref, which it takes out again.
      return h(part as ComponentType<object>, this.props);
    }
  };
}
