import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";
import { paleWordsOf } from "./contrast.ts";
import { phone, type VisitOptions, type Visitor } from "./visitor.ts";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

declare global {
  interface Window {
    axe: typeof axe;
  }
}

interface Look {
  readonly look: string;
  readonly options: VisitOptions;
}

/** Nothing moves: a colour in the middle of an animation is no colour to judge. */
const calm = { reducedMotion: "reduce" } as const;

/** In which every state is to be looked at. */
export const looks: Look[] = [
  { look: "wide, light, Chinese", options: calm },
  { look: "wide, dark, Chinese", options: { ...calm, colorScheme: "dark" } },
  { look: "narrow, light, English", options: { ...calm, ...phone, locale: "en-US" } },
  { look: "narrow, dark, Chinese", options: { ...calm, ...phone, colorScheme: "dark" } },
];

/** What is wrong with the elements that `selector` finds as they stand, one line for each place. */
export async function violationsOf(visitor: Visitor, selector = "tidegate-widget"): Promise<string[]> {
  return [...(await violationsIn(visitor.page, selector)), ...(await paleWordsOf(visitor))];
}

/** The same, but for what lies too deep for axe. */
export async function violationsIn(page: Page, selector = "html"): Promise<string[]> {
  await page.evaluate(source);
  return page.evaluate(
    async ([place, values]) => {
      const { violations } = await window.axe.run(place, { runOnly: { type: "tag", values } });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target} ${html}`));
    },
    [selector, rules] as const,
  );
}
