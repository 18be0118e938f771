import type { ErrorCode } from "../../src/contract/errors.ts";
import type { Locale } from "../widget/words/locale.ts";

/** What every page of the shop's own people says. */
export interface StaffWords {
  readonly locale: Locale;
  readonly title: string;
  readonly signIn: {
    readonly lead: string;
    readonly label: string;
    readonly hint: string;
    readonly go: string;
    readonly out: string;
    readonly refused: string;
  };
  readonly dialogs: { readonly cancel: string; readonly close: string };
  readonly settings: {
    readonly appearance: string;
    readonly appearances: Readonly<Record<"auto" | "light" | "dark", string>>;
    readonly otherLanguage: string;
  };
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>> & { readonly internal: string };
  readonly retryIn: (seconds: number) => string;
}
