/** Markdown as it is read aloud: without marks, links by their text. */
export function spoken(markdown: string): string {
  return markdown
    .replace(/^\s*(```.*|[-|:\s]+|#{1,6}\s+|>\s?)/gm, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*`|]+|(^|\s)_+|_+(?=\s|$)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Where the last finished sentence or line of `text` ends. */
export function finishedLength(text: string): number {
  const ends = [...text.matchAll(/[。！？；\n]|[.!?](?=\s)/g)];
  const last = ends.at(-1);
  return last === undefined ? 0 : last.index + 1;
}
