import { fileConfig } from "../../src/config-file.ts";
import type { StartRate } from "../../src/domain/line.ts";
import type { Narrowness } from "./line-stage.ts";

/** The line as it is set unless somebody says otherwise, as much smaller as fewer ask. */
export function shrunk(scale: number): Narrowness & { readonly line: NonNullable<Narrowness["line"]> } {
  const { tiers, line } = fileConfig.parse({}).admission;
  const rate = ({ perSecond, burst }: StartRate) => ({
    perSecond: perSecond * scale,
    burst: Math.max(1, Math.round(burst * scale)),
  });
  const { vip, member, guest } = line.acceptBelow;
  const part = (count: number) => Math.round(count * scale);
  return {
    tiers: { high: rate(tiers.high), medium: rate(tiers.medium), degraded: rate(tiers.degraded) },
    line: { max: part(line.max), acceptBelow: { vip: part(vip), member: part(member), guest: part(guest) } },
  };
}
