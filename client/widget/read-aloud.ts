import type { Chat } from "../chat/chat.ts";
import { finishedLength, spoken } from "./sentences.ts";

/** Between two batches of sentences; each batch is followed by a longer pause, so long answers stay bearable. */
const firstPauseMs = 3_000;
const addedPauseMs = 1_000;

/** Gives the answer's finished sentences to `say`, in few batches. The returned function says the rest and ends it. */
export function readAloud(chat: Chat, turnId: string, say: (text: string) => void): () => void {
  let toldLength = 0;
  let pauseMs = firstPauseMs;
  let timer = setTimeout(tell, pauseMs);

  function sayUntil(end: (rest: string) => number): void {
    const rest = chat.textOf(turnId).slice(toldLength);
    const length = end(rest);
    const words = spoken(rest.slice(0, length));
    toldLength += length;
    if (words !== "") say(words);
  }

  function tell(): void {
    sayUntil(finishedLength);
    pauseMs += addedPauseMs;
    timer = setTimeout(tell, pauseMs);
  }

  return () => {
    clearTimeout(timer);
    sayUntil((rest) => rest.length);
  };
}
