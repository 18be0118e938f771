import type { CustomerClass, Notice, Outcome, Tier, View } from "../../../src/contract/shapes.ts";
import type { StaffWords } from "../../staff/words.ts";
import type { Locale } from "../../widget/words/locale.ts";

/** A reply that is used again and again. */
export interface CannedReply {
  readonly title: string;
  readonly text: string;
}

/** What the composer writes: to the customer, to the team, or to the assistant. */
export type Mode = "reply" | "note" | "whisper";

/** Everything the console says, in one language. */
export interface Words extends StaffWords {
  readonly comma: string;
  readonly views: Readonly<Record<View, string>>;
  readonly nothing: Readonly<Record<View, string>>;
  readonly list: string;
  readonly conversation: string;
  readonly customer: string;
  readonly thread: string;
  readonly choose: string;
  readonly guest: string;
  readonly classes: Readonly<Record<CustomerClass, string>>;
  readonly you: string;
  readonly team: string;
  readonly assistant: string;
  readonly madeByAi: string;
  readonly said: { readonly you: string; readonly ai: string };
  readonly tiers: Readonly<Record<Tier, string>>;
  readonly links: Readonly<Record<"connecting" | "reconnecting", string>>;
  readonly offline: string;
  readonly loading: string;
  readonly gone: string;
  readonly bar: {
    readonly answering: string;
    readonly assistant: string;
    readonly queued: (position: number) => string;
    readonly waiting: (time: string) => string;
    readonly left: string;
    readonly nobody: string;
    readonly mine: string;
    readonly taken: (name: string) => string;
    readonly someone: string;
  };
  readonly take: string;
  readonly whisper: string;
  readonly stop: string;
  readonly handBack: string;
  readonly transfer: string;
  readonly resolve: string;
  readonly back: string;
  readonly modes: Readonly<Record<Mode, string>>;
  readonly placeholders: Readonly<Record<Mode, string>>;
  readonly takesOver: string;
  /** Another agent answers. */
  readonly onlyNotes: (name: string) => string;
  readonly send: Readonly<Record<Mode, string>>;
  readonly takeAndSend: string;
  readonly tooLong: (count: number) => string;
  readonly sending: string;
  readonly notSent: string;
  readonly retry: string;
  readonly latest: string;
  readonly typing: (name: string) => string;
  readonly draft: {
    readonly ask: string;
    readonly writing: string;
    readonly insert: string;
    readonly dismiss: string;
    readonly failed: string;
  };
  readonly canned: {
    readonly open: string;
    readonly none: string;
    readonly edit: string;
    readonly lead: string;
    readonly title: string;
    readonly text: string;
    readonly add: string;
    readonly remove: (title: string) => string;
    readonly reset: string;
    readonly replies: readonly CannedReply[];
  };
  readonly dialogs: {
    readonly note: string;
    readonly handBackLead: string;
    readonly transferLead: string;
    readonly nobodyElse: string;
    readonly resolveLead: string;
    readonly tags: string;
    readonly tagsHint: string;
    readonly usualTags: readonly string[];
    readonly save: string;
  } & StaffWords["dialogs"];
  readonly done: {
    readonly returned: string;
    readonly transferred: string;
    readonly resolved: string;
    readonly whispered: string;
  };
  readonly page: string;
  readonly reason: string;
  readonly waitingFor: string;
  readonly notes: string;
  readonly noNotes: string;
  readonly viewers: string;
  readonly onlyYou: string;
  readonly responder: string;
  readonly noteKinds: Readonly<Record<"note" | "whisper" | "handback", string>>;
  readonly presence: { readonly available: string; readonly away: string; readonly label: string };
  readonly settings: {
    readonly sound: string;
    readonly notify: string;
    readonly help: string;
  } & StaffWords["settings"];
  readonly attention: {
    readonly title: (count: number) => string;
    readonly waiting: (count: number) => string;
    readonly came: (name: string) => string;
  };
  readonly spoken: {
    readonly online: string;
    readonly answered: string;
    readonly says: (name: string, text: string) => string;
  };
  readonly keys: readonly (readonly [keys: string, meaning: string])[];
  readonly notices: Readonly<Record<Notice["kind"], (name: string | undefined) => string>>;
  readonly outcomes: Readonly<Record<Exclude<Outcome, "completed">, string>>;
  readonly lookingUp: Readonly<Record<string, string>>;
  readonly lookingUpSomething: string;
  readonly notLookedUp: string;
  readonly orders: string;
  readonly thinking: string;
  readonly cards: {
    readonly stock: (count: number) => string;
    readonly order: (number: string) => string;
    readonly eta: (date: string) => string;
    readonly discount: (before: string, total: string) => string;
  };
  readonly unreadable: string;
  readonly takenBy: (name: string) => string;
}

const loaders: Readonly<Record<Locale, () => Promise<{ readonly words: Words }>>> = {
  en: () => import("./en.ts"),
  "zh-CN": () => import("./zh-CN.ts"),
};

/** Each agent loads the one language that they read. */
export async function loadWords(locale: Locale): Promise<Words> {
  return (await loaders[locale]()).words;
}
