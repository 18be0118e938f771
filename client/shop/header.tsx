import { useState } from "preact/hooks";
import { chooseAppearance, readAppearance } from "./appearance.ts";
import type { Language, ShopWords } from "./words.ts";

export function Header({ words, language }: { words: ShopWords; language: Language }) {
  const other = language === "zh" ? "en" : "zh-CN";
  return (
    <header>
      <p class="demo">{words.notice}</p>
      <div class="wrap bar">
        <a class="brand" href={`?lang=${language}`}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="9" />
            <path d="M5 13q5.5-7 11 0t11 0M5 21q5.5-7 11 0t11 0" />
          </svg>
          <b>{words.title}</b>
          <span>{words.tagline}</span>
        </a>
        <nav aria-label={words.title}>
          <a href="#camp">{words.camp}</a>
          <a href="#wear">{words.wear}</a>
          <a href="#home">{words.home}</a>
          <a href="#embed">{words.developers}</a>
        </nav>
        <a class="round" href={`?lang=${other}`} hreflang={other} lang={other}>
          {words.otherLanguage}
        </a>
        <AppearanceButton label={words.theme} />
      </div>
    </header>
  );
}

function AppearanceButton({ label }: { label: string }) {
  const [appearance, setAppearance] = useState(readAppearance);
  const next = appearance === "dark" ? "light" : "dark";
  const change = () => {
    chooseAppearance(next);
    setAppearance(next);
  };
  return (
    <button type="button" class="round" aria-label={label} title={label} onClick={change}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="8" />
        <path d="M12 4a8 8 0 0 1 0 16z" />
      </svg>
    </button>
  );
}
