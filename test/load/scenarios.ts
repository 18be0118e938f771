import type { StartRate } from "../../src/domain/line.ts";
import { type Narrowness, onOneTier } from "./line-stage.ts";
import { shrunk } from "./night-scale.ts";
import type { OptionName, Typed } from "./options.ts";
import type { Phase } from "./schedule.ts";
import type { Deployment } from "./stage/deployment.ts";
import { type Pace, paces } from "./visitors/dialogues.ts";

/** Something done to the service while customers ask. */
export interface Incident {
  readonly atSeconds: number;
  /** As a mark in the charts: "node 2 is killed". */
  readonly what: string;
  readonly run: (deployment: Deployment) => Promise<unknown>;
}

export type Expectation = "tier-moves" | "comes-back" | "holds-sockets";

export interface Plan {
  readonly title: string;
  readonly sockets: number;
  readonly phases: readonly Phase[];
  /** How a simulated relay writes; `usual` unless said otherwise. */
  readonly pace?: Pace;
  /** Whether some are answered before anything is measured; yes unless said otherwise. */
  readonly warmsUp?: boolean;
  /** How the line is set, where this run starts the service itself. */
  readonly admission: Narrowness & { readonly tiers: { readonly high: StartRate } };
  readonly incidents: readonly Incident[];
  /** So long answers may take to end after the last question. */
  readonly settleSeconds: number;
  /** What is to be seen beyond what always is. */
  readonly expects: readonly Expectation[];
}

export interface Scenario {
  readonly summary: string;
  readonly takes: readonly OptionName[];
  /** What has to be in the hands of whoever runs it. */
  readonly needs: "nothing" | "nodes" | "relay";
  readonly plan: (typed: Typed) => Plan;
}

/** Double 11, 00:00. */
const night: readonly Phase[] = [
  { seconds: 3, from: 200, to: 8_000 },
  { seconds: 10, from: 8_000, to: 8_000 },
  { seconds: 5, from: 8_000, to: 200 },
];
const nightSockets = 50_000;

/** Nobody waits: twice what is asked may begin. */
const wide = (perSecond: number) => onOneTier({ perSecond: 2 * perSecond + 50, burst: Math.ceil(4 * perSecond) + 100 });
const level = (perSecond: number, seconds: number): Phase => ({ seconds, from: perSecond, to: perSecond });

export const scenarios = {
  idle: {
    summary: "Holds N sockets that are mostly silent, as shop pages are, and tells what each of them costs.",
    takes: ["sockets", "seconds", "streaming"],
    needs: "nothing",
    plan: ({ sockets = 2_000, seconds = 60, streaming = 0.005 }) => {
      const perSecond = Math.max(0.2, (sockets * streaming) / paces.slow.answerSeconds);
      return {
        title: `Idle: ${count(sockets)} sockets for ${seconds} s, ${share(streaming)} of them with an answer being written`,
        sockets,
        phases: [level(perSecond, seconds)],
        pace: "slow",
        admission: { tiers: wide(perSecond) },
        incidents: [],
        settleSeconds: 30,
        expects: ["holds-sockets"],
      };
    },
  },
  steady: {
    summary: "Asks at an even rate that the service can carry.",
    takes: ["sockets", "rate", "seconds"],
    needs: "nothing",
    plan: ({ rate = 50, seconds = 60, sockets = Math.max(500, Math.ceil(rate * 20)) }) => ({
      title: `Steady: ${rate} questions a second for ${seconds} s, ${count(sockets)} sockets`,
      sockets,
      phases: [level(rate, seconds)],
      admission: { tiers: wide(rate) },
      incidents: [],
      settleSeconds: 30,
      expects: ["holds-sockets"],
    }),
  },
  night: {
    summary: "The night of the promotion: 200 questions a second become 8,000 in 3 seconds, stay, and ebb.",
    takes: ["scale", "sockets"],
    needs: "nothing",
    plan: ({ scale = 0.05, sockets = Math.ceil(nightSockets * scale) }) => {
      const admission = shrunk(scale);
      return {
        title: `The night × ${scale}: ${count(sockets)} customers, ${count(200 * scale)} questions a second become ${count(8_000 * scale)} in 3 s`,
        sockets,
        phases: night.map(({ seconds, from, to }) => ({ seconds, from: from * scale, to: to * scale })),
        admission,
        incidents: [],
        settleSeconds: 120,
        expects: ["holds-sockets"],
      };
    },
  },
  "reconnect-storm": {
    summary: "One node is killed with all its sockets, and all their customers come to the others at once.",
    takes: ["sockets", "rate"],
    needs: "nodes",
    plan: ({ sockets = 2_000, rate = Math.max(5, sockets / 100) }) => ({
      title: `Reconnect storm: a node is killed with its share of ${count(sockets)} sockets, ${count(rate)} questions a second`,
      sockets,
      phases: [level(rate, 40)],
      admission: { tiers: wide(rate) },
      incidents: [killLast(10), restartLast(25)],
      settleSeconds: 60,
      expects: ["comes-back"],
    }),
  },
  "node-loss": {
    summary: "A node is killed while answers are written and a line waits; it comes again half a minute later.",
    takes: ["sockets", "rate"],
    needs: "nodes",
    plan: ({ rate = 50, sockets = Math.max(1_000, Math.ceil(rate * 30)) }) => ({
      title: `Node loss: a node is killed under ${rate} questions a second, of which four in five can begin`,
      sockets,
      phases: [level(rate, 50)],
      admission: { tiers: onOneTier({ perSecond: 0.8 * rate, burst: Math.ceil(rate) }) },
      incidents: [killLast(15), restartLast(40)],
      settleSeconds: 90,
      expects: ["comes-back"],
    }),
  },
  "slow-relay": {
    summary: "The relay's first texts come 1.5 seconds late for a while: the tier must fall, and rise again.",
    takes: ["sockets", "rate"],
    needs: "relay",
    plan: ({ rate = 40, sockets = Math.max(1_000, Math.ceil(rate * 40)) }) => ({
      title: `Slow relay: first texts come 1.5 s late for 15 s, ${rate} questions a second`,
      sockets,
      phases: [level(rate, 60)],
      admission: { tiers: falling({ perSecond: 1.25 * rate, burst: 5 * rate }), line: lineFor(rate) },
      incidents: [
        { atSeconds: 15, what: "the relay turns slow", run: ({ weather }) => weather?.slow(1_500) ?? nothing },
        { atSeconds: 30, what: "the relay is well", run: ({ weather }) => weather?.calm() ?? nothing },
      ],
      settleSeconds: 150,
      expects: ["tier-moves", "holds-sockets"],
    }),
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

const nothing = Promise.resolve();

/** Half of it, and a tenth. */
function falling({ perSecond, burst }: StartRate): Narrowness["tiers"] {
  const part = (of: number) => ({ perSecond: of * perSecond, burst: Math.max(1, Math.round(of * burst)) });
  return { high: part(1), medium: part(0.5), degraded: part(0.1) };
}

/** As many may wait as come in so many seconds. */
function lineFor(rate: number): NonNullable<Narrowness["line"]> {
  const seconds = { vip: 20, member: 17, guest: 12 };
  const part = (of: number) => Math.ceil(of * rate);
  const acceptBelow = { vip: part(seconds.vip), member: part(seconds.member), guest: part(seconds.guest) };
  return { max: acceptBelow.vip, acceptBelow };
}

function killLast(atSeconds: number): Incident {
  return { atSeconds, what: "a node is killed", run: ({ nodes }) => nodes.at(-1)?.kill() ?? nothing };
}

function restartLast(atSeconds: number): Incident {
  return { atSeconds, what: "the node comes again", run: ({ nodes }) => nodes.at(-1)?.start() ?? nothing };
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function share(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
