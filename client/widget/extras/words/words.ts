/** What the extras say, in one language. */
export interface MoreWords {
  copy: string;
  copied: string;
  good: string;
  bad: string;
  thanksForGood: string;
  sorry: string;
  sorryForBad: string;
  queued: string;
  takeBack: string;
  simulated: string;
  simulatedMeaning: string;
  /** Cards that are folded. */
  moreCards(count: number): string;
  inStock: string;
  /** Few, or none. */
  stock(count: number): string;
  order(number: string): string;
  arrives(day: string): string;
  allSteps: string;
  discount: string;
  before: string;
  total: string;
  saved(amount: string): string;
  leaveMessage: string;
  leaveHint: string;
  leave: string;
  menu: string;
  save: string;
  sound(on: boolean): string;
  end: string;
  fileName: string;
  /** A name with what speaks under it. */
  labelled(name: string, label: string): string;
  howWasIt: string;
  score(value: number): string;
  comment: string;
  skip: string;
  rate: string;
  thanksForRating: string;
}
