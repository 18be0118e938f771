import { useEffect, useMemo, useState } from "preact/hooks";
import { openKeeper, pageStorage, scopeOf } from "../chat/keeper.ts";
import { explain } from "../staff/explain.ts";
import { useRead } from "../staff/reading.tsx";
import { SignIn } from "../staff/sign-in.tsx";
import { openState, type State } from "../staff/state.ts";
import { Toasts } from "../staff/toasts.tsx";
import { openTokens } from "../staff/token.ts";
import type { Announcer } from "../widget/announce.ts";
import { onWake } from "../widget/wake.ts";
import { openActs } from "./acts.ts";
import { callAttention } from "./attention.ts";
import { CustomerPane } from "./customer.tsx";
import { openDesk } from "./desk/open.ts";
import { openWriting } from "./desk/writing.ts";
import { Dialogs } from "./dialogs.tsx";
import { Header } from "./header.tsx";
import { listenToKeys } from "./keys.ts";
import { List } from "./list.tsx";
import { narrate } from "./narrate.ts";
import { type Scene, SceneOf, useDesk, useScene, useUi, useWords } from "./scene.tsx";
import { type Settings, switchLanguage } from "./settings.ts";
import { ThreadPane } from "./thread.tsx";
import { firstUi, type Ui } from "./ui.ts";

const tokens = openTokens("console");

interface ConsoleProps {
  readonly settings: State<Settings>;
  readonly announcer: Announcer;
}

/** The whole page: signed in or not. */
export function Console({ settings, announcer }: ConsoleProps) {
  const [token, setToken] = useState(tokens.read);
  const [fault, setFault] = useState<string>();

  function signIn(given: string): void {
    tokens.keep(given);
    setFault(undefined);
    setToken(given);
  }

  function leave(why?: string): void {
    if (why === undefined) tokens.forgetAll();
    else tokens.drop();
    setToken(null);
    setFault(why);
  }

  const words = useRead(settings.subscribe, () => settings.now.words);
  if (token === null) {
    const onSwitchLanguage = () => switchLanguage(settings);
    return <SignIn words={words} fault={fault} onToken={signIn} onSwitchLanguage={onSwitchLanguage} />;
  }
  return <Floor key={token} token={token} settings={settings} announcer={announcer} onLeave={leave} />;
}

interface FloorProps extends ConsoleProps {
  readonly token: string;
  onLeave(why?: string): void;
}

/** Everything for as long as one agent is signed in. */
function Floor({ token, settings, announcer, onLeave }: FloorProps) {
  const scene = useMemo(() => openScene(token, settings, announcer, onLeave), [token]);
  useEffect(() => {
    const { desk, acts } = scene;
    const refused = () => {
      const { link, refusal } = desk.state;
      const { words } = settings.now;
      if (link === "refused") onLeave(explain(refusal, words));
    };
    const stops = [
      desk.subscribe(refused),
      listenToKeys(acts),
      callAttention(scene),
      narrate(scene),
      onWake(desk.reconcile, () => {}),
    ];
    return () => {
      for (const stop of stops) stop();
      desk.close();
    };
  }, [scene]);
  return (
    <SceneOf value={scene}>
      <Header />
      <main class="desk">
        <Title />
        <LinkBar />
        <Panes />
        <ShortWords />
      </main>
      <Dialogs />
    </SceneOf>
  );
}

function openScene(token: string, settings: State<Settings>, announcer: Announcer, leave: () => void): Scene {
  const url = location.origin;
  const keeper = openKeeper(`${scopeOf(url)}:console`, pageStorage("sessionStorage"));
  const ui = openState<Ui>(firstUi);
  const desk = openDesk({ url, token });
  const writing = openWriting(keeper);
  const acts = openActs({ desk, ui, settings, writing, keeper });
  return { desk, acts, ui, settings, writing, announcer, signOut: () => leave() };
}

/** Said, and seen in the tab; the page itself has no room for it. */
function Title() {
  const { title } = useWords();
  return <h1 class="heard">{title}</h1>;
}

function ShortWords() {
  const { acts, announcer } = useScene();
  const { dialogs } = useWords();
  const toasts = useUi((ui) => ui.toasts);
  return <Toasts toasts={toasts} announcer={announcer} close={dialogs.close} onDismiss={acts.dismissToast} />;
}

function Panes() {
  const pane = useUi((ui) => ui.pane);
  return (
    <div class="panes" data-pane={pane}>
      <List />
      <ThreadPane />
      <CustomerPane />
    </div>
  );
}

/** Red while the connection is gone. */
function LinkBar() {
  const words = useWords();
  const link = useDesk((state) => state.link);
  if (link === "online" || link === "refused") return null;
  return (
    <p class="link-bar" data-state={link}>
      {navigator.onLine ? words.links[link] : words.offline}
    </p>
  );
}
