import type { Extended } from "../view.ts";

/** Where no real AI answers, every customer is told so, in the header and in the thread. */
export function SimulationBadge({ view, more }: Extended) {
  return view.chat.simulated ? (
    <span class="badge" title={more.simulatedMeaning}>
      {more.simulated}
    </span>
  ) : null;
}

export function SimulationNote({ view, more }: Extended) {
  return view.chat.simulated ? <p class="simulation">{more.simulatedMeaning}</p> : null;
}
