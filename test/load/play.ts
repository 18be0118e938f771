import { setTimeout as pause } from "node:timers/promises";
import { nowMs } from "./clock.ts";
import type { Findings } from "./findings.ts";
import { Progress } from "./progress.ts";
import type { Incident, Plan } from "./scenarios.ts";
import type { Phase } from "./schedule.ts";
import type { Deployment } from "./stage/deployment.ts";
import { Sampler } from "./stage/samples.ts";
import { Fleet } from "./visitors/fleet.ts";
import type { Share } from "./visitors/messages.ts";

export interface PlayOptions {
  readonly plan: Plan;
  readonly deployment: Deployment;
  readonly shares: readonly Share[];
  /** Ends the run early: what was seen until then is told. */
  readonly signal: AbortSignal;
}

const lastWordsSeconds = 5;
/** Code that has not run yet is slow: some are answered before anything is measured. */
const warmUpSeconds = 5;

/** Plays a scenario against a deployment: opens the sockets, warms up, asks, does what is to be done, waits for the last outcome. */
export async function play({ plan, deployment, shares, signal }: PlayOptions): Promise<Findings> {
  await using fleet = new Fleet(shares);
  using sampler = new Sampler(
    deployment,
    () => fleet.pids,
    () => fleet.tally.open,
  );
  using progress = new Progress(fleet, "opening sockets");
  const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  signal.addEventListener("abort", () => fleet.halt(), { once: true });
  const unlessEnded = async (work: () => Promise<unknown>) => signal.aborted || Promise.race([work(), ended]);

  await unlessEnded(() => pause(1_500));
  await unlessEnded(() => fleet.open());
  const openedAt = nowMs();
  // A last look at what the sockets alone cost.
  await unlessEnded(() => pause(1_200));
  progress.phase = "warming up";
  const warmUp = plan.warmsUp === false ? [] : warmUpOf(plan);
  const from = nowMs() + 200 + lastsMs(warmUp);
  const incidents = plan.incidents.map((incident) => happen(incident, { from, deployment, signal, progress }));
  const toAsking = setTimeout(() => {
    progress.phase = "asking";
  }, from - nowMs());
  toAsking.unref();
  await unlessEnded(() => fleet.ask(from - lastsMs(warmUp), [...warmUp, ...plan.phases]));
  progress.phase = "the last answers";
  await unlessEnded(() => settled(fleet, plan.settleSeconds, signal));
  // Answers that are being written are heard to their end also when no question follows.
  if (signal.aborted) await settled(fleet, lastWordsSeconds);
  const happened = (await Promise.all(incidents)).filter((incident) => incident !== null);
  const to = nowMs();
  const { tally } = fleet;
  const unsettled = await fleet.finish();
  const asked = [...fleet.asked, ...unsettled].sort((a, b) => (a.askedAt ?? 0) - (b.askedAt ?? 0));
  const { tiers, connectMs, backMs, lateMs, deafMs, remarks } = fleet;
  return {
    ...{ plan, openedAt, from, to, tally, tiers, connectMs, backMs, lateMs, deafMs, remarks },
    isOwn: deployment.nodes.length > 0,
    asked: asked.filter(({ askedAt }) => (askedAt ?? 0) >= from - 1),
    before: asked.filter(({ askedAt }) => (askedAt ?? 0) < from - 1),
    nodeFaults: deployment.faults(),
    incidents: happened,
    samples: sampler.samples,
    wasInterrupted: signal.aborted,
  };
}

/** Four fifths of what may begin or of what is asked at first, whichever is less; then the bucket fills again. */
function warmUpOf({ admission, phases }: Plan): Phase[] {
  const { perSecond, burst } = admission.tiers.high;
  const busiest = Math.max(...phases.map(({ from, to }) => Math.max(from, to)));
  const rate = Math.min(0.8 * perSecond, busiest);
  return [
    { seconds: warmUpSeconds, from: rate, to: rate },
    { seconds: Math.ceil(burst / perSecond) + 1, from: 0, to: 0 },
  ];
}

function lastsMs(phases: readonly Phase[]): number {
  return phases.reduce((sum, { seconds }) => sum + seconds * 1_000, 0);
}

async function settled(fleet: Fleet, seconds: number, signal?: AbortSignal): Promise<void> {
  const deadline = nowMs() + seconds * 1_000;
  // A tick or two, so that what was asked last is counted.
  await pause(1_200);
  while (nowMs() < deadline && fleet.tally.unsettled > 0 && !signal?.aborted) await pause(200);
  await pause(600);
}

interface Occasion extends Pick<PlayOptions, "deployment" | "signal"> {
  readonly from: number;
  readonly progress: Progress;
}

/** Does it when it is time; gives when it was done, or null when the run had ended. */
async function happen({ atSeconds, what, run }: Incident, { from, deployment, signal, progress }: Occasion) {
  try {
    await pause(Math.max(0, from + atSeconds * 1_000 - nowMs()), undefined, { signal });
  } catch {
    return null;
  }
  progress.say(what);
  const at = nowMs();
  await run(deployment);
  return { at, what };
}
