const aheadMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds of this machine's own clock, which never jumps: the same for all processes of a run. */
export function nowMs(): number {
  return performance.now() + aheadMs;
}
