/** Something that has a next moment; the wheel calls it when that moment has come. */
export interface Timed {
  /** Called at or after the due time; it schedules itself again when it has more to do. */
  run(nowMs: number): void;
}

export interface Wheel {
  readonly nowMs: () => number;
  /** Runs `timed` at `atMs`, at most one tick late while the process is not busy. */
  schedule(timed: Timed, atMs: number): void;
  /** Forgets everything that is still due and stops the timer. */
  close(): void;
}

const tickMs = 4;
const slotCount = 512;

/**
 * One timer for any number of streams (a hashed timing wheel). The timer runs only while something is due.
 * Nothing can be unscheduled: what no longer wants its moment ignores it.
 */
export function openWheel(nowMs: () => number = () => performance.now()): Wheel {
  const slots: { timed: Timed; atMs: number }[][] = Array.from({ length: slotCount }, () => []);
  let tick = tickOf(nowMs());
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;

  function schedule(timed: Timed, atMs: number): void {
    if (waiting++ === 0) start();
    const dueTick = Math.max(tick + 1, Math.ceil(atMs / tickMs));
    slots[dueTick % slotCount]?.push({ timed, atMs });
  }

  function start(): void {
    tick = tickOf(nowMs());
    timer ??= setInterval(advance, tickMs);
  }

  function advance(): void {
    const now = nowMs();
    for (const last = tickOf(now); tick < last; ) drain(++tick % slotCount, now);
    if (waiting === 0) close();
  }

  function drain(slot: number, now: number): void {
    const due = slots[slot] ?? [];
    slots[slot] = [];
    for (const entry of due) {
      waiting--;
      // A moment further away than one turn of the wheel waits for a later turn.
      if (entry.atMs > now) schedule(entry.timed, entry.atMs);
      else entry.timed.run(now);
    }
  }

  function close(): void {
    clearInterval(timer);
    timer = undefined;
    waiting = 0;
    for (const slot of slots) slot.length = 0;
  }

  return { nowMs, schedule, close };
}

function tickOf(timeMs: number): number {
  return Math.floor(timeMs / tickMs);
}
