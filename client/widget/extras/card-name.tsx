import { plain, safeUrl } from "./plain.ts";

/** What a card is about, as a link where the shop has a page for it. */
export function CardName({ name, url }: { name: string; url: string | undefined }) {
  const href = safeUrl(url, ["https:", "http:"]);
  return (
    <b class="card-name" dir="auto">
      {href ? (
        <a href={href} target="_blank" rel="noopener noreferrer">
          {plain(name)}
        </a>
      ) : (
        plain(name)
      )}
    </b>
  );
}
