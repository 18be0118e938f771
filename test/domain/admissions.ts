import { Admission, type AdmissionOptions } from "../../src/domain/admission.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { LineSettings } from "../../src/domain/line.ts";
import { Places } from "../../src/domain/places.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";

const rate = { perSecond: 1_000_000, burst: 1_000_000 };

/** A line in which nobody waits for anything but the answer before. */
export const openLine: LineSettings = {
  tiers: { high: rate, medium: rate, degraded: rate },
  acceptBelow: { vip: 1_000_000, member: 1_000_000, guest: 1_000_000 },
  weights: { vip: 6, member: 3, guest: 1 },
  ageingMs: 60_000,
  rampPerSecond: null,
};

/** A node's part in a line, its own unless it is given one. */
export function admissionOf(clock: Clock, parts: Partial<AdmissionOptions> = {}): Admission {
  return new Admission({
    line: new MemoryLine({ settings: openLine, clock }),
    clock,
    random: () => 0,
    nodeId: () => "node",
    mostOpen: 1_000_000,
    acceptBelow: openLine.acceptBelow,
    comeBackMs: 20_000,
    onFault: (fault) => {
      throw fault;
    },
    ...parts,
  });
}

export function placesOf(clock: Clock): Places {
  return new Places({ settings: openLine, clock, tell: () => {}, vanished: () => {} });
}
