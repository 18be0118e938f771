import { render } from "preact";
import "../widget/api.ts";
import { readAppearance, showAppearance } from "./appearance.ts";
import { Embed } from "./embed.tsx";
import { Front } from "./front.tsx";
import { Header } from "./header.tsx";
import { Shelves } from "./shelves.tsx";
import { type Language, languageOf, shopWords } from "./words.ts";

function Shop({ language }: { language: Language }) {
  const words = shopWords[language];
  return (
    <>
      <Header words={words} language={language} />
      <main>
        <Front words={words} />
        <Shelves words={words} language={language} />
        <Embed words={words} language={language} />
      </main>
      <footer class="wrap">{words.footer}</footer>
    </>
  );
}

const language = languageOf(location.search, navigator.language);
document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
document.title = shopWords[language].title;
const place = document.querySelector("#shop");
if (place) render(<Shop language={language} />, place);
showAppearance(readAppearance());
// The chat's script comes after this one; what it must know of the page it is told when it is there.
addEventListener("DOMContentLoaded", () => showAppearance(readAppearance()));
