import { useRead } from "../staff/reading.tsx";
import { tickerOf } from "../staff/ticker.ts";
import type { Locale } from "../widget/words/locale.ts";
import { useWords } from "./scene.tsx";

const tickMs = 5_000;
const everyTick = tickerOf(tickMs);

type Unit = "second" | "minute" | "hour" | "day";
const unitMs: readonly [Unit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(locale: Locale, unit: Unit): Intl.NumberFormat {
  const key = `${locale} ${unit}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "narrow" });
  formats.set(key, made);
  return made;
}

/** A span of time by its largest unit, as short as the language allows: `3m`, `3分钟`. */
export function shortSpan(ms: number, locale: Locale): string {
  const [unit, length] = unitMs.find(([, each]) => ms >= each) ?? ["second", 1_000];
  if (ms < tickMs) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(0, "second");
  const rounded = unit === "second" ? Math.floor(Math.max(ms, 0) / tickMs) * (tickMs / 1_000) : Math.floor(ms / length);
  return formatOf(locale, unit).format(rounded);
}

/** How long ago something was; it goes on by itself. */
export function useSpan(at: number): string {
  const { locale } = useWords();
  return useRead(everyTick, () => shortSpan(Date.now() - at, locale), `${at} ${locale}`);
}

export function Ago({ at }: { at: number }) {
  const { locale } = useWords();
  const span = useSpan(at);
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString(locale)}>
      {span}
    </time>
  );
}
