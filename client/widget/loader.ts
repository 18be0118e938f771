import type { Handoff, TidegateApi, TidegateCalls, TidegateEvent } from "./api.ts";
import { paintLauncher } from "./launcher.ts";
import { hasSession } from "./session.ts";
import { pageLocale } from "./words/locale.ts";

/** The hashed name of the widget's body, put in by the build. */
declare const __BODY__: string;

type Calls = Record<string, (...args: unknown[]) => void>;
type Listener = (detail: unknown) => void;

const callNames = [
  "open",
  "close",
  "toggle",
  "send",
  "identify",
  "setLocale",
  "setTheme",
  "reset",
  "destroy",
] as const satisfies (keyof TidegateCalls)[];

/** Paints the launcher and keeps calls; the body comes when somebody reaches for it, or when a talk may be going on. */
function start({ src, dataset: settings }: HTMLScriptElement): void {
  const server = new URL(".", src).href;
  const listeners = new Set<[TidegateEvent, Listener]>();
  const waiting: [name: string, args: unknown[]][] = [];
  const painted = paintLauncher(pageLocale(settings));
  const { launcher } = painted;
  let calls: Calls | undefined;
  let loading: Promise<void> | undefined;
  let bust = "";

  const handoff: Handoff = {
    ...painted,
    server,
    settings,
    emit: (event, detail) => {
      for (const [name, listener] of listeners) if (name === event) listener(detail);
    },
    remove: () => {
      delete window.Tidegate;
      painted.host.remove();
    },
  };

  /** A browser remembers a failed import under its address, so the next try needs another. */
  const load = () =>
    (loading ??= import(/* @vite-ignore */ server + __BODY__ + bust).then(
      ({ mount }) => {
        const mounted: Calls = mount(handoff);
        calls = mounted;
        for (const [name, args] of waiting) mounted[name]?.(...args);
      },
      () => {
        bust += "?";
        loading = undefined;
        launcher.ariaBusy = null;
      },
    ));

  const call = (name: string, ...args: unknown[]) => {
    if (calls) return calls[name]?.(...args);
    if (name === "destroy") return handoff.remove();
    waiting.push([name, args]);
    if (!/open|toggle|send/.test(name)) return;
    launcher.ariaBusy = "true";
    load();
  };

  const api: Record<string, unknown> = {
    on: (event: TidegateEvent, listener: Listener) => {
      const entry: [TidegateEvent, Listener] = [event, listener];
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
  for (const name of callNames) api[name] = (...args: unknown[]) => call(name, ...args);
  window.Tidegate = api as unknown as TidegateApi;

  launcher.onclick = () => call("toggle");
  launcher.onpointerenter = launcher.onfocus = load;
  if (hasSession()) (window.requestIdleCallback ?? setTimeout)(load);
}

// CAST: an SVG page has no use for a chat.
const script = document.currentScript as HTMLScriptElement | null;
if (script && !window.Tidegate) start(script);
