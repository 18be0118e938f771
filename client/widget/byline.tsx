import type { ComponentChildren } from "preact";
import { Moment } from "./moment.tsx";
import type { Locale } from "./words/locale.ts";

interface BylineProps {
  name: string;
  /** Stands in the small circle. */
  sign: ComponentChildren;
  /** What speaks: the team, or an AI. */
  label: string;
  at: number | undefined;
  locale: Locale;
}

/** The head of everything that is said to the customer: who speaks, and when. */
export function Byline({ name, sign, label, at, locale }: BylineProps) {
  return (
    <p class="byline">
      <span class="avatar">{sign}</span>
      <b>{name}</b>
      <span class="label">{label}</span>
      {at !== undefined && <Moment at={at} locale={locale} />}
    </p>
  );
}
