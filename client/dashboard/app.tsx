import { useEffect, useMemo, useState } from "preact/hooks";
import { explain } from "../staff/explain.ts";
import { useRead } from "../staff/reading.tsx";
import { SignIn } from "../staff/sign-in.tsx";
import { openState, type State } from "../staff/state.ts";
import { Toasts } from "../staff/toasts.tsx";
import { openTokens } from "../staff/token.ts";
import type { Announcer } from "../widget/announce.ts";
import { onWake } from "../widget/wake.ts";
import { openActs } from "./acts.ts";
import { Board } from "./board.tsx";
import { Dialogs } from "./dialogs.tsx";
import { openFeed } from "./feed/open.ts";
import { Header } from "./header.tsx";
import { narrate } from "./narrate.ts";
import { type Scene, SceneOf, type Ui, useScene, useUi, useWords } from "./scene.tsx";
import { type Settings, switchLanguage } from "./settings.ts";

const tokens = openTokens("dashboard");

interface DashboardProps {
  readonly settings: State<Settings>;
  readonly announcer: Announcer;
}

/** The whole page: signed in or not. */
export function Dashboard({ settings, announcer }: DashboardProps) {
  const [token, setToken] = useState(tokens.read);
  const [fault, setFault] = useState<string>();
  const words = useRead(settings.subscribe, () => settings.now.words);

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

  if (token === null) {
    const onSwitchLanguage = () => switchLanguage(settings);
    return <SignIn words={words} fault={fault} onToken={signIn} onSwitchLanguage={onSwitchLanguage} />;
  }
  return <Floor key={token} token={token} settings={settings} announcer={announcer} onLeave={leave} />;
}

interface FloorProps extends DashboardProps {
  readonly token: string;
  onLeave(why?: string): void;
}

/** Everything for as long as one operator is signed in. */
function Floor({ token, settings, announcer, onLeave }: FloorProps) {
  const scene = useMemo(() => openScene(token, settings, announcer, onLeave), [token]);
  useEffect(() => {
    const { feed } = scene;
    const refused = () => {
      const { link, refusal } = feed.state;
      if (link === "refused") onLeave(explain(refusal, settings.now.words));
    };
    const stops = [feed.subscribe(refused), narrate(scene), countInTitle(scene), onWake(feed.reconcile, () => {})];
    return () => {
      for (const stop of stops) stop();
      feed.close();
    };
  }, [scene]);
  return (
    <SceneOf value={scene}>
      <Header />
      <Board>
        <ShortWords />
      </Board>
      <Dialogs />
    </SceneOf>
  );
}

function openScene(token: string, settings: State<Settings>, announcer: Announcer, leave: () => void): Scene {
  const ui = openState<Ui>({ intent: null, toasts: [] });
  const feed = openFeed({ url: location.origin, token });
  return { feed, ui, settings, announcer, acts: openActs({ feed, ui, settings }), signOut: () => leave() };
}

/** How many troubles go on stands before the title, where another tab can see it. */
function countInTitle({ feed, settings }: Scene): () => void {
  const show = () => {
    const count = feed.state.service?.troubles.filter(({ isNow }) => isNow).length ?? 0;
    const { title } = settings.now.words;
    document.title = count === 0 ? title : `(${count}) ${title}`;
  };
  return feed.subscribe(show);
}

function ShortWords() {
  const { acts, announcer } = useScene();
  const { dialogs } = useWords();
  const toasts = useUi((ui) => ui.toasts);
  return <Toasts toasts={toasts} announcer={announcer} close={dialogs.close} onDismiss={acts.dismissToast} />;
}
