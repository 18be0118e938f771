import { useState } from "preact/hooks";
import type { Language, ShopWords } from "./words.ts";

/** For the developer of another shop: the one line. */
export function Embed({ words, language }: { words: ShopWords; language: Language }) {
  const [copied, setCopied] = useState(false);
  const locale = language === "zh" ? "zh-CN" : "en";
  const tag = `<script async src="${location.origin}/widget.js" data-lang="${locale}"></script>`;
  const copy = () =>
    navigator.clipboard?.writeText(tag).then(
      () => setCopied(true),
      () => {},
    );
  return (
    <section class="wrap" id="embed" aria-labelledby="embed-title">
      <div class="embed">
        <h2 id="embed-title">{words.embedTitle}</h2>
        <p>{words.embedLead}</p>
        <div class="tag">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on phones, also by keyboard */}
          <pre tabIndex={0}>
            <code>{tag}</code>
          </pre>
          <button type="button" class="button" onClick={copy}>
            {copied ? words.copied : words.copy}
          </button>
        </div>
        <p class="note">{words.embedMore}</p>
      </div>
    </section>
  );
}
