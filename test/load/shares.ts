import { availableParallelism, platform } from "node:os";
import { type Typed, UsageError } from "./options.ts";
import type { Plan } from "./scenarios.ts";
import type { Deployment } from "./stage/deployment.ts";
import { type Language, languages } from "./visitors/dialogues.ts";
import type { Share } from "./visitors/messages.ts";

/** A process with so many sockets still has time to read what they say; more than the second it may not be able to open. */
const socketsEach = { usual: 5_000, most: 15_000 };
/** One address has 28,000 ports on a Linux that nobody has changed; those of ended connections rest for a minute. */
const socketsPerAddress = 20_000;
/** Of loopback there are as many as one likes. The system looks for a free port one by one: among many taken ones that takes a millisecond. */
const socketsPerLoopback = 2_000;
const usualRamp = 500;

export function workersFor(sockets: number, { workers }: Typed): number {
  const wished = Math.min(Math.ceil(sockets / socketsEach.usual), availableParallelism());
  return workers ?? Math.min(64, Math.max(2, wished, Math.ceil(sockets / socketsEach.most)));
}

/** What each worker process does. @throws {UsageError} when there are too few addresses to connect from */
export function sharesOf(
  { sockets, pace = "usual" }: Plan,
  typed: Typed,
  deployment: Pick<Deployment, "urls" | "secret" | "weather">,
): Share[] {
  const workers = workersFor(sockets, typed);
  const { urls, secret, weather } = deployment;
  const language = languages.find((one) => one === typed.language) ?? ("mix" satisfies Language);
  const perSecond = (typed.ramp ?? usualRamp) / workers;
  return Array.from({ length: workers }, (_, worker) => {
    const own = Math.floor(sockets / workers) + (worker < sockets % workers ? 1 : 0);
    const addresses = addressesFor(worker, workers, own, urls, typed.source);
    const speech = { language, isSimulated: weather !== null, pace };
    return { worker, workers, sockets: own, perSecond, urls, addresses, secret, speech };
  });
}

/** On loopback each worker has addresses of its own; elsewhere those that were typed, or the system's choice. */
function addressesFor(
  worker: number,
  workers: number,
  sockets: number,
  urls: readonly string[],
  typed: readonly string[] = [],
): string[] {
  const isLoopback = urls.every((url) => new URL(url).hostname.startsWith("127."));
  if (typed.length === 0 && isLoopback && platform() === "linux")
    return Array.from({ length: Math.ceil(sockets / socketsPerLoopback) }, (_, at) => `127.0.${worker + 1}.${at + 1}`);
  const all = Math.ceil((sockets * workers) / (socketsPerAddress * urls.length));
  if (all > Math.max(1, typed.length))
    throw new UsageError(
      `So many sockets need ${all} addresses to connect from, because each has 28,000 ports for one server: name them with --source.`,
    );
  return [...typed];
}
