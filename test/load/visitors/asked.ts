import type { CustomerClass } from "../../../src/contract/shapes.ts";
import { openStory, type Story } from "../story.ts";

/** What became of one question. All times are those of `nowMs`. */
export interface Asked extends Story {
  /** When the first words of the answer came. */
  firstTextAt: number | null;
  /** The assistant was not asked: a person answers this conversation. */
  isForPerson: boolean;
}

export function openAsked(of: CustomerClass, node: string): Asked {
  return { ...openStory(of, node), firstTextAt: null, isForPerson: false };
}
