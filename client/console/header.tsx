import { Icon } from "../staff/icons.tsx";
import { nextAppearance, otherLocale } from "../staff/settings.ts";
import { askToNotify } from "./attention.ts";
import { useDesk, useScene, useSettings } from "./scene.tsx";
import { switchLanguage } from "./settings.ts";

/** The line at the top: how the service is, whether the agent takes conversations, and what they have chosen. */
export function Header() {
  const { acts, settings, signOut } = useScene();
  const { words, appearance, sound, notify } = useSettings();
  const { me, tier } = useDesk((state) => state);
  const { settings: names, presence } = words;
  const isAway = me?.state === "away";
  const theme = `${names.appearance}${words.comma}${names.appearances[appearance]}`;
  return (
    <header class="top">
      <b class="brand">Tidegate</b>
      {tier !== "high" && (
        <span class="tier" data-tier={tier}>
          {words.tiers[tier] ?? tier}
        </span>
      )}
      <span class="end" />
      {me && (
        <button
          type="button"
          class="presence"
          role="switch"
          aria-checked={!isAway}
          aria-label={`${presence.label}${words.comma}${presence[me.state]}`}
          onClick={() => acts.setAway(!isAway)}
        >
          <span class="dot" />
          <span class="me">{me.name}</span>
          <span class="faint">{presence[me.state]}</span>
        </button>
      )}
      <Toggle
        label={names.sound}
        icon={sound ? "bell" : "mute"}
        on={sound}
        onClick={() => settings.patch({ sound: !sound })}
      />
      <Toggle
        label={names.notify}
        icon="message"
        on={notify}
        onClick={() => void askToNotify(!notify).then((allowed) => settings.patch({ notify: allowed }))}
      />
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
      <button
        type="button"
        class="icon help"
        aria-label={names.help}
        title={`${names.help} (?)`}
        onClick={() => acts.ask("help")}
      >
        <Icon name="help" />
      </button>
      <button type="button" class="icon" aria-label={words.signIn.out} title={words.signIn.out} onClick={signOut}>
        <Icon name="out" />
      </button>
    </header>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly icon: "bell" | "mute" | "message";
  readonly on: boolean;
  onClick(): void;
}

function Toggle({ label, icon, on, onClick }: ToggleProps) {
  return (
    <button type="button" class="icon" aria-label={label} title={label} aria-pressed={on} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
