import { Icon } from "../staff/icons.tsx";
import { useRead } from "../staff/reading.tsx";
import { nextAppearance, otherLocale } from "../staff/settings.ts";
import { useNow } from "./clock.ts";
import { ageOf, staleMs } from "./feed/feed.ts";
import { useFeed, useFormats, useScene, useWords } from "./scene.tsx";
import { switchLanguage } from "./settings.ts";

/** The line at the top: whether the figures are alive, and what the operator has chosen. */
export function Header() {
  const { settings, signOut } = useScene();
  const words = useWords();
  const appearance = useRead(settings.subscribe, () => settings.now.appearance);
  const name = useFeed((state) => state.name);
  const { settings: names, signIn } = words;
  const theme = `${names.appearance}: ${names.appearances[appearance]}`;
  return (
    <header class="top">
      <b class="brand">Tidegate</b>
      <Pulse />
      <span class="end me">{name}</span>
      <button
        type="button"
        class="icon"
        aria-label={theme}
        title={theme}
        onClick={() => settings.patch({ appearance: nextAppearance[appearance] })}
      >
        <Icon name={appearance} />
      </button>
      <button type="button" class="icon text" lang={otherLocale(words)} onClick={() => switchLanguage(settings)}>
        {names.otherLanguage}
      </button>
      <button type="button" class="icon" aria-label={signIn.out} title={signIn.out} onClick={signOut}>
        <Icon name="out" />
      </button>
    </header>
  );
}

/** Beats while figures come. */
function Pulse() {
  const words = useWords();
  const state = useFeed((now) => now);
  const now = useNow();
  const { service } = state;
  if (!service || ageOf(state, now) > staleMs) return null;
  const teller = service.nodes.find(({ nodeId }) => nodeId === service.nodeId)?.name ?? service.nodeId;
  return (
    <span class="pulse">
      <span class="beat" key={service.at} aria-hidden="true" />
      {words.live} <span class="faint teller">{words.toldBy(teller)}</span>
    </span>
  );
}

/** Says how old the figures are as soon as they are: nobody takes them for fresh. */
export function StaleBar() {
  const words = useWords();
  const formats = useFormats();
  const state = useFeed((now) => now);
  const now = useNow();
  const age = ageOf(state, now);
  if (state.service === null) {
    return state.link === "reconnecting" ? <p class="link-bar">{words.links.reconnecting}</p> : null;
  }
  if (age <= staleMs) return null;
  const link = state.link === "online" ? "" : navigator.onLine ? words.links.reconnecting : words.offline;
  return (
    <p class="link-bar" data-state="stale">
      <b>{words.stale(formats.span(age))}</b> {link}
    </p>
  );
}
