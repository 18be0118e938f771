import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../staff/icons.tsx";
import { Moment } from "../widget/moment.tsx";
import { useWords } from "./scene.tsx";

interface SaidProps {
  readonly by: "customer" | "assistant" | "agent" | "note" | "whisper" | "handback";
  readonly name: string;
  readonly label?: string | undefined;
  readonly at?: number | undefined;
  readonly state?: string;
  readonly children: ComponentChildren;
}

const signs: Readonly<Record<SaidProps["by"], IconName>> = {
  customer: "person",
  assistant: "spark",
  agent: "headset",
  note: "edit",
  whisper: "spark",
  handback: "edit",
};

/** One thing in the thread with its head: who speaks, as what, when. */
export function Said({ by, name, label, at, state, children }: SaidProps) {
  const { locale } = useWords();
  return (
    <article class="said" data-by={by} data-state={state} aria-label={name}>
      <p class="byline">
        <Icon name={signs[by]} />
        <b dir="auto">{name}</b>
        {label && <span class="label">{label}</span>}
        {at !== undefined && <Moment at={at} locale={locale} />}
      </p>
      <div class="body">{children}</div>
    </article>
  );
}
