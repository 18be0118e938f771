import type { Locale } from "./words/locale.ts";

/** When something was said: the time, with the date when that is not today. */
export function Moment({ at, locale }: { at: number; locale: Locale }) {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString(locale)}>
      {shortTime(date, new Date(), locale)}
    </time>
  );
}

export function shortTime(date: Date, now: Date, locale: Locale): string {
  const isToday = date.toDateString() === now.toDateString();
  return date.toLocaleString(locale, { dateStyle: isToday ? undefined : "short", timeStyle: "short" });
}
