import { hostname } from "node:os";
import type { Cluster } from "./cluster.ts";
import type { Deed } from "./contract/service.ts";
import type { Admission } from "./domain/admission.ts";
import type { Assistant } from "./domain/assistant.ts";
import type { Board } from "./domain/board.ts";
import type { Budget } from "./domain/budget.ts";
import type { NodeFigures } from "./domain/figures.ts";
import type { Helm } from "./domain/helm.ts";
import { Overview } from "./domain/overview.ts";
import type { Steward } from "./domain/steward.ts";
import type { Troubles } from "./domain/troubles.ts";
import { systemClock } from "./engines/system-clock.ts";
import type { Meter } from "./telemetry/meter.ts";

export interface OverviewParts {
  readonly board: Board;
  readonly nodeId: string;
  readonly currency: string;
  readonly admission: Admission;
  readonly assistant: Assistant;
  readonly budget: Budget;
  readonly cluster: Cluster | null;
  readonly helm: Helm;
  readonly meter: Meter;
  readonly steward: Steward;
  readonly troubles: Troubles;
  readonly sockets: () => { readonly customers: number; readonly agents: number };
  readonly port: () => number;
  readonly isDraining: () => boolean;
  readonly report: (deed: Deed) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** What operators see of this node, and through it of all: opened, and closed with the stack. */
export async function openOverview(parts: OverviewParts, stack: AsyncDisposableStack): Promise<Overview> {
  const { board, nodeId, currency, troubles, steward, report, onFault } = parts;
  const overview = new Overview({
    ...{ board, nodeId, currency, troubles, report, onFault },
    clock: systemClock,
    own: () => figuresOf(parts),
    standing: () => standingOf(parts),
    obey: (orders) => steward.obey(orders),
  });
  await overview.open();
  stack.defer(() => overview.close());
  return overview;
}

async function figuresOf(parts: OverviewParts): Promise<NodeFigures> {
  const { assistant, cluster, helm, meter, troubles, sockets, port, isDraining } = parts;
  return {
    name: `${hostname()}:${port()}`,
    upMs: Math.round(process.uptime() * 1_000),
    isDraining: isDraining(),
    ...sockets(),
    openAnswers: assistant.liveCount,
    loopDelayMs: Math.round(meter.readLoopDelayMs() * 10) / 10,
    memoryBytes: process.memoryUsage.rss(),
    redis: cluster === null ? "none" : cluster.away ? "away" : "up",
    redisFailures: cluster?.outages ?? 0,
    lines: meter.lines,
    counted: await meter.counted(),
    quietMs: helm.quietMs,
    troubles: troubles.told,
  };
}

function standingOf({ admission, budget, helm }: OverviewParts) {
  const { tier, starting } = admission;
  const { reason, movedAt, signal } = helm;
  const { attempts, late, failed, stuck } = signal;
  const { spentMicros, dailyMicros } = budget;
  return { tier, reason, movedAt, starting, signal: { attempts, late, failed, stuck }, spentMicros, dailyMicros };
}
