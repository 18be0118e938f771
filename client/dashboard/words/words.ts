import type { Deed, NodeState, TierReason, TroubleCode } from "../../../src/contract/service.ts";
import type { CustomerClass, Tier } from "../../../src/contract/shapes.ts";
import type { StaffWords } from "../../staff/words.ts";
import type { Locale } from "../../widget/words/locale.ts";

/** A trouble: what it is, and what to do about it. */
export interface TroubleWords {
  readonly what: (about: string) => string;
  readonly todo: string;
}

/** Everything the dashboard says, in one language. */
export interface Words extends StaffWords {
  readonly links: Readonly<Record<"connecting" | "reconnecting", string>>;
  readonly offline: string;
  readonly loading: string;
  /** The figures are so old. */
  readonly stale: (age: string) => string;
  readonly live: string;
  readonly toldBy: (node: string) => string;
  readonly now: string;
  readonly ago: (span: string) => string;
  readonly since: (span: string) => string;
  readonly more: (count: number) => string;
  readonly perSecond: string;
  readonly perMinute: string;
  readonly unreadable: string;
  readonly tier: {
    readonly title: string;
    readonly names: Readonly<Record<Tier, string>>;
    readonly means: Readonly<Record<Tier, string>>;
    readonly reasons: Readonly<Record<TierReason, string>>;
    readonly heldBy: (name: string) => string;
    readonly signal: (attempts: string, late: string, failed: string) => string;
    readonly noSignal: string;
    readonly hold: string;
    readonly holdLead: string;
    readonly letGo: string;
    readonly letGoLead: string;
  };
  readonly line: {
    readonly title: string;
    readonly classes: Readonly<Record<CustomerClass, string>>;
    readonly waiting: string;
    readonly oldest: string;
    readonly all: string;
    readonly pausedFor: (span: string, name: string) => string;
    readonly pause: string;
    readonly pauseLead: string;
    readonly minutes: string;
    readonly resume: string;
    readonly resumeLead: string;
  };
  readonly firstToken: { readonly title: string; readonly lead: string; readonly none: string };
  readonly cost: {
    readonly title: string;
    readonly now: string;
    readonly today: string;
    readonly ofBudget: (share: string, budget: string) => string;
    readonly noBudget: string;
  };
  readonly flow: {
    readonly title: string;
    readonly starts: string;
    readonly shed: string;
    readonly refused: string;
    readonly openAnswers: string;
    readonly starting: string;
    readonly tokensOut: string;
    readonly tokensIn: string;
  };
  readonly charts: {
    readonly title: string;
    readonly latency: string;
    readonly load: string;
    readonly flow: string;
    readonly spending: string;
    readonly waiting: string;
    readonly openAnswers: string;
    readonly starts: string;
    readonly shed: string;
    readonly tokens: string;
    readonly cost: string;
    readonly table: string;
    readonly time: string;
    readonly minutesAgo: (minutes: number) => string;
    /** What an ear is told of a line. */
    readonly spoken: (name: string, now: string, most: string) => string;
  };
  readonly troubles: {
    readonly title: string;
    readonly none: string;
    readonly lead: string;
    readonly times: (count: string) => string;
    readonly codes: Readonly<Record<TroubleCode, TroubleWords>>;
    readonly other: TroubleWords;
  };
  readonly relay: {
    readonly title: string;
    readonly lead: string;
    readonly none: string;
    readonly outcome: string;
    readonly count: string;
    readonly share: string;
    readonly outcomes: Readonly<Record<string, string>>;
    readonly pauses: (count: string) => string;
    readonly quiet: (model: string, span: string) => string;
    readonly redis: string;
    readonly redisStates: Readonly<Record<"none" | "up" | "away", string>>;
    readonly redisFailures: (count: string) => string;
  };
  readonly nodes: {
    readonly title: string;
    readonly name: string;
    readonly state: string;
    readonly states: Readonly<Record<NodeState, string>>;
    readonly drained: (name: string) => string;
    readonly heard: (span: string) => string;
    readonly customers: string;
    readonly agents: string;
    readonly openAnswers: string;
    readonly delay: string;
    readonly memory: string;
    readonly up: string;
    readonly act: string;
    readonly drain: string;
    readonly drainOf: (name: string) => string;
    readonly drainLead: (customers: string, answers: string) => string;
    readonly lastNode: string;
    readonly bringBack: string;
    readonly bringBackOf: (name: string) => string;
    readonly bringBackLead: string;
  };
  readonly audit: {
    readonly title: string;
    readonly none: string;
    readonly who: string;
    readonly when: string;
    readonly deeds: Readonly<Record<Deed["what"], (about: string) => string>>;
  };
  readonly done: string;
  readonly spoken: {
    readonly online: string;
    readonly tier: (name: string) => string;
  };
}

const loaders: Readonly<Record<Locale, () => Promise<{ readonly words: Words }>>> = {
  en: () => import("./en.ts"),
  "zh-CN": () => import("./zh-CN.ts"),
};

/** Each operator loads the one language that they read. */
export async function loadWords(locale: Locale): Promise<Words> {
  return (await loaders[locale]()).words;
}
