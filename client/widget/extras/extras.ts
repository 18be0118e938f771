import type { h } from "preact";
import { openKeeper, pageStorage, scopeOf } from "../../chat/keeper.ts";
import { openAnswerActions } from "./answer-actions.tsx";
import { Cards } from "./cards.tsx";
import { openChime } from "./chime.ts";
import css from "./extras.css?inline";
import { LeaveForm } from "./leave-form.tsx";
import { borrow } from "./lent.ts";
import { openMenu } from "./menu.tsx";
import { SimulationBadge, SimulationNote } from "./simulation.tsx";
import { openSurvey } from "./survey.tsx";
import { openTyping } from "./typing.ts";
import { WaitingQuestions } from "./waiting-questions.tsx";

/** What the widget's body lends to the extras. */
export interface Lent {
  readonly h: typeof h;
  /** Where the panel is: the extras bring styles of their own. */
  readonly root: ShadowRoot;
  /** Where the script came from. */
  readonly server: string;
}

/** What nobody needs before the first words; it is fetched once there is nothing better to do. */
export type Extras = ReturnType<typeof unpack>;

export function unpack({ h: own, root, server }: Lent) {
  borrow(own);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
  const keeper = openKeeper(scopeOf(server), pageStorage("localStorage"));
  const survey = openSurvey(keeper);
  const sound = openChime(keeper);
  return {
    Cards,
    LeaveForm,
    SimulationBadge,
    SimulationNote,
    WaitingQuestions,
    Survey: survey.Survey,
    AnswerActions: openAnswerActions(),
    Menu: openMenu(sound, survey),
    chime: sound.chime,
    typed: openTyping(),
  };
}
