import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { EventLoopLoad } from "./telemetry/load.ts";

/**
 * What V8 does by itself holds up all who ask at that moment, most of all in a flood (docs/security.md). The heap may grow to four
 * times what is in use before all of it is looked through. Marking has one thread beside the main one, and young objects are moved by
 * the main one alone: with V8's four threads a node on a small machine takes its own cores from itself.
 */
const always = ["--heap-growing-percent=300", "--concurrent-marking-max-worker-num=1", "--no-parallel-scavenge"];

/** The heap may grow by so many times what is in use, as `--heap-growing-percent` has it. */
const growth = 3;

/** A node that is busy for less of its time has some left to mark its heap in. */
const calmShare = 0.5;
/** A rush takes so much at once: a heap that has less room left is marked before. */
const rushBytes = 512 * 2 ** 20;
/** In percent of the room. More often a small heap need not be marked; beyond this V8 would begin by itself. */
const earliestPercent = 15;
const latestPercent = 80;
const stepPercent = 5;
const lookMs = 500;

/**
 * Sees to it that garbage is collected when it disturbs nobody, for as long as the process lives: in calm times early, so that a
 * rush finds all the room that the heap may grow by, and begins without half a second in which a thread that marks takes turns with
 * the one that answers.
 */
export function tendHeap(): void {
  for (const flag of always) setFlagsFromString(flag);
  const load = new EventLoopLoad();
  let percent = 0;
  const look = () => {
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
    const now = earlyPercent(load.share, used, most);
    if (now === percent) return;
    percent = now;
    setFlagsFromString(`--incremental-marking-hard-trigger=${percent}`);
  };
  look();
  setInterval(look, lookMs).unref();
}

/**
 * When the heap is marked, in percent of the room that it may grow by; 0 leaves it to V8, which begins when nearly all of that is used.
 * A large heap, whose marking takes long, has room enough for a rush until most of its room is used. Near its limit the room is
 * small, and a part of it used up at once: a node would do little else.
 *
 * @param share of its time that the node is busy
 * @param used bytes of the heap
 * @param most the heap's limit, in bytes
 */
export function earlyPercent(share: number, used: number, most: number): number {
  if (share >= calmShare || used >= most / 2) return 0;
  const room = Math.min(growth * used, most - used);
  const percent = stepPercent * Math.floor((100 * (1 - rushBytes / room)) / stepPercent);
  return Math.max(earliestPercent, Math.min(latestPercent, percent));
}
