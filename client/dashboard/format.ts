import type { Locale } from "../widget/words/locale.ts";

/** Shown where nothing is known: never a zero that nobody counted. */
export const unknown = "–";

const formats = new Map<string, Intl.NumberFormat>();

function format(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, known);
  return known;
}

const unitOf = (unit: string, digits = 0): Intl.NumberFormatOptions => ({
  style: "unit",
  unit,
  unitDisplay: "short",
  maximumFractionDigits: digits,
});

/** Figures in one language, each as short as it can be read at a glance. */
export interface Formats {
  count(value: number): string;
  /** Something a second: one decimal while it is small. */
  rate(value: number): string;
  /** A time that people wait: `320 ms`, `1.24 s`. */
  latency(ms: number | null): string;
  /** How long: its largest unit, `3 min`. */
  span(ms: number): string;
  money(value: number, currency: string): string;
  memory(bytes: number): string;
  timeOfDay(at: number): string;
}

const units: readonly (readonly [unit: string, ms: number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

export function formatsOf(locale: Locale): Formats {
  const number = (value: number, options: Intl.NumberFormatOptions) => format(locale, options).format(value);
  return {
    count: (value) => number(value, { maximumFractionDigits: 0 }),
    rate: (value) => number(value, { maximumFractionDigits: value > 0 && value < 10 ? 1 : 0 }),
    latency(ms) {
      if (ms === null) return unknown;
      return ms < 1_000
        ? number(Math.round(ms), unitOf("millisecond"))
        : number(ms / 1_000, unitOf("second", ms < 10_000 ? 2 : 1));
    },
    span(ms) {
      const [unit, length] = units.find(([, each]) => ms >= each) ?? ["second", 1_000];
      return number(Math.floor(Math.max(0, ms) / length), unitOf(unit));
    },
    money(value, currency) {
      const digits = value !== 0 && Math.abs(value) < 1 ? 4 : 2;
      try {
        return number(value, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits });
      } catch {
        return `${currency} ${number(value, { maximumFractionDigits: digits })}`;
      }
    },
    memory: (bytes) => number(bytes / 1_048_576, unitOf("megabyte")),
    timeOfDay: (at) =>
      new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  };
}
