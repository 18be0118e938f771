import type { Handoff, Listening, TidegateApi, TidegateCalls } from "./api.ts";
import { paintLauncher } from "./launcher.ts";
import type { Parts } from "./parts.ts";
import { hasSession } from "./session.ts";
import { pageLocale } from "./words/locale.ts";

/** Stands in the names of the widget's body and of its words; put in by the build. */
declare const __EDITION__: string;

type CallName = keyof TidegateCalls;
type Calls = Record<CallName, (...args: unknown[]) => void>;

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
] as const satisfies CallName[];

/** Paints the launcher and keeps calls; the body comes when somebody reaches for it, or when a talk may be going on. */
function start({ src, dataset: settings }: HTMLScriptElement): void {
  const server = new URL(".", src).href;
  const listeners: Handoff["listeners"] = new Set();
  const waiting: [name: CallName, args: unknown[]][] = [];
  const locale = pageLocale(settings);
  const painted = paintLauncher(locale);
  const { launcher } = painted;
  let calls: Calls | undefined;
  let loading: Promise<void> | undefined;
  let bust = "";

  /** A browser remembers a failed import under its address, so the next try needs another. */
  const fetchPart = <N extends keyof Parts>(name: N): Promise<Parts[N]> => {
    const address = `${server}assets/${name}-${__EDITION__}.js${bust}`;
    return import(/* @vite-ignore */ address).catch((error) => {
      bust += "?";
      throw error;
    });
  };

  const handoff: Handoff = {
    ...painted,
    server,
    settings,
    fetchPart,
    listeners,
    remove: () => {
      delete window.Tidegate;
      painted.host.remove();
    },
  };

  const load = () =>
    (loading ??= Promise.all([fetchPart("widget"), fetchPart(`words-${locale}`)]).then(
      ([{ mount }, { words }]) => {
        // CAST: what is given to a call is checked by the callers' compiler, or not at all.
        calls = mount(handoff, words) as unknown as Calls;
        for (const [name, args] of waiting) call(name, args);
      },
      () => {
        loading = undefined;
        launcher.ariaBusy = null;
      },
    ));

  const call = (name: CallName, args: unknown[]) => {
    if (calls) return calls[name](...args);
    if (name === "destroy") return handoff.remove();
    waiting.push([name, args]);
    if (!/open|toggle|send/.test(name)) return;
    launcher.ariaBusy = "true";
    load();
  };

  // CAST: the other calls come with the loop.
  const on = (...entry: Listening) => {
    listeners.add(entry);
    return () => listeners.delete(entry);
  };
  const api = { on } as unknown as Calls & TidegateApi;
  for (const name of callNames) api[name] = (...args: unknown[]) => call(name, args);
  window.Tidegate = api;

  // Who presses again while nothing has come yet does not want it closed.
  launcher.onclick = () => api[calls ? "toggle" : "open"]();
  launcher.onpointerenter = launcher.onfocus = load;
  if (hasSession()) (window.requestIdleCallback ?? setTimeout)(load);
}

// CAST: an SVG page has no use for a chat.
const script = document.currentScript as HTMLScriptElement | null;
if (script && !window.Tidegate) start(script);
