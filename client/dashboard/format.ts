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

/** Figures in one language, each as short as it can be read at a glance. */
export interface Formats {
  count(value: number): string;
  /** Something a second: one decimal while it is small. */
  rate(value: number): string;
  /** A time that people wait: `320 ms`, `1.24 s`. */
  latency(ms: number | null): string;
  /** How long, by its two largest units: `3 min 20 s`. */
  span(ms: number): string;
  /** A part of a whole: one decimal while it is small. */
  share(part: number): string;
  money(value: number, currency: string): string;
  memory(bytes: number): string;
  timeOfDay(at: number): string;
}

const units: readonly (readonly [ms: number, names: Readonly<Record<Locale, string>>])[] = [
  [86_400_000, { en: "d", "zh-CN": "天" }],
  [3_600_000, { en: "h", "zh-CN": "小时" }],
  [60_000, { en: "min", "zh-CN": "分钟" }],
  [1_000, { en: "s", "zh-CN": "秒" }],
];

/** Figures and units stay on one line. */
const joined = (value: string, unit: string) => `${value}\u00a0${unit}`;

export function formatsOf(locale: Locale): Formats {
  const number = (value: number, options: Intl.NumberFormatOptions) => format(locale, options).format(value);
  return {
    count: (value) => number(value, { maximumFractionDigits: 0 }),
    rate: (value) => number(value, { maximumFractionDigits: value > 0 && value < 10 ? 1 : 0 }),
    latency(ms) {
      if (ms === null) return unknown;
      if (ms < 1_000) return joined(number(Math.round(ms), {}), "ms");
      return joined(number(ms / 1_000, { maximumFractionDigits: ms < 10_000 ? 2 : 1 }), "s");
    },
    span(ms) {
      const at = units.findIndex(([each]) => ms >= each);
      const [largest, next] = at === -1 ? units.slice(-1) : units.slice(at, at + 2);
      const told = (unit: (typeof units)[number] | undefined, left: number) =>
        unit ? joined(number(Math.floor(left / unit[0]), {}), unit[1][locale]) : "";
      const rest = next && largest ? ms % largest[0] : 0;
      return next && rest >= next[0] ? `${told(largest, ms)} ${told(next, rest)}` : told(largest, Math.max(0, ms));
    },
    share: (part) => `${number(100 * part, { maximumFractionDigits: part < 0.1 ? 1 : 0 })}\u00a0%`,
    money(value, currency) {
      const digits = value !== 0 && Math.abs(value) < 1 ? 4 : 2;
      try {
        return number(value, {
          style: "currency",
          currency,
          currencyDisplay: "narrowSymbol",
          minimumFractionDigits: 2,
          maximumFractionDigits: digits,
        });
      } catch {
        return `${currency} ${number(value, { maximumFractionDigits: digits })}`;
      }
    },
    memory: (bytes) => joined(number(bytes / 1_048_576, { maximumFractionDigits: 0 }), "MB"),
    timeOfDay: (at) =>
      new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  };
}
