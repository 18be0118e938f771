import { fileConfig } from "../../src/config-file.ts";
import type { StartRate } from "../../src/domain/line.ts";
import { classes } from "../../src/domain/line.ts";
import { Crowd, warmUp } from "./crowd.ts";
import { checkFirstPlace } from "./places.ts";
import { checkNone, checkPromises } from "./promises.ts";
import { most, type Report, spread, whole } from "./report.ts";
import type { Seen } from "./run.ts";
import { arrivals, type Phase } from "./schedule.ts";
import { type Narrowness, openStage } from "./stage.ts";
import { checkPauses, checkStarts } from "./starts.ts";
import { longestLine, type Story, startedOf, tiersSeen } from "./story.ts";

/** Double 11, 00:00. */
const night: readonly Phase[] = [
  { seconds: 3, from: 200, to: 8_000 },
  { seconds: 10, from: 8_000, to: 8_000 },
  { seconds: 5, from: 8_000, to: 200 },
];

/** Questions come as they came that night, to a service that is as much smaller as there are fewer. */
export async function runNight(report: Report, scale: number): Promise<void> {
  const admission = shrunk(scale);
  const rate = admission.tiers.high;
  await using stage = await openStage(admission);
  const { service } = stage;
  const times = arrivals(night.map(({ seconds, from, to }) => ({ seconds, from: from * scale, to: to * scale })));
  report.title(`The night × ${scale}: ${whole(times.length)} questions; ${rate.perSecond}/s, burst ${rate.burst}`);
  await warmUp(service.urls, rate);
  using crowd = await Crowd.open(times.length, service.urls);
  const from = performance.now();
  await crowd.ask(times);
  await crowd.settled((admission.line.max / rate.perSecond) * 1_000 + 30_000);
  const { stories, slackMs } = crowd;
  const seen: Seen = { stories, rate, slackMs, isClear: () => true };
  tellWhatBecame(report, stories);
  tellTiers(report, stories, from);
  checkFirstPlace(report, seen);
  checkStarts(report, seen);
  checkPauses(report, seen);
  checkPromises(report, crowd, service);
  checkNone(report, "connections that the service cut", stories.flatMap(({ cutAt }) => cutAt).length);
}

function shrunk(scale: number): Narrowness & { line: NonNullable<Narrowness["line"]> } {
  const { tiers, line } = fileConfig.parse({}).admission;
  const rate = ({ perSecond, burst }: StartRate) => ({
    perSecond: perSecond * scale,
    burst: Math.round(burst * scale),
  });
  const { vip, member, guest } = line.acceptBelow;
  const part = (count: number) => Math.round(count * scale);
  return {
    tiers: { high: rate(tiers.high), medium: rate(tiers.medium), degraded: rate(tiers.degraded) },
    line: { max: part(line.max), acceptBelow: { vip: part(vip), member: part(member), guest: part(guest) } },
  };
}

function tellWhatBecame(report: Report, stories: readonly Story[]): void {
  const waited = stories.filter(({ told, startedAt }) => told.length > 0 && startedAt !== null);
  const atOnce = stories.filter(({ told, startedAt }) => told.length === 0 && startedAt !== null);
  const shed = stories.filter(({ refusal }) => refusal?.code === "shed");
  const each = (of: readonly Story[]) =>
    classes.map((name) => `${name} ${whole(of.filter((story) => story.class === name).length)}`).join(", ");
  report.note("offered", `${whole(stories.length)}: ${each(stories)}`);
  report.note("begun at once", `${whole(atOnce.length)}: ${each(atOnce)}`);
  report.note("waited and begun", `${whole(waited.length)}: ${each(waited)}`);
  report.note("shed", `${whole(shed.length)}: ${each(shed)}`);
  report.note(
    "shed, told after",
    spread(shed.map(({ askedAt, acknowledgedAt }) => (acknowledgedAt ?? 0) - (askedAt ?? 0))),
  );
  report.note("longest line seen", whole(longestLine(stories)));
  for (const name of classes) {
    const waits = waited.filter((story) => story.class === name);
    report.note(`wait, ${name}`, spread(waits.map(({ askedAt, startedAt }) => (startedAt ?? 0) - (askedAt ?? 0))));
  }
  report.note("most starts in a second", whole(busiestSecond(stories)));
}

function busiestSecond(stories: readonly Story[]): number {
  const counts = new Map<number, number>();
  for (const { startedAt } of startedOf(stories)) {
    const second = Math.floor(startedAt / 1_000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return most(counts.values());
}

function tellTiers(report: Report, stories: readonly Story[], from: number): void {
  const seen = tiersSeen(stories).map(
    ({ at, tier }) => `${tier} from ${Math.max(0, (at - from) / 1_000).toFixed(1)} s`,
  );
  report.note("tier", seen.join(", "));
}
