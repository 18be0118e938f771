import { tellWhatBecame } from "./became.ts";
import { judge } from "./checks.ts";
import { documentOf } from "./document.ts";
import type { OptionName, Typed } from "./options.ts";
import { optionTable, UsageError } from "./options.ts";
import type { Document } from "./page/page.ts";
import { play } from "./play.ts";
import type { Report } from "./report.ts";
import { type Plan, type Scenario, type ScenarioName, scenarios } from "./scenarios.ts";
import { sharesOf, workersFor } from "./shares.ts";
import { type Deployment, openFar, openOwn } from "./stage/deployment.ts";
import { raiseOpenFiles, tooManyFiles } from "./stage/open-files.ts";

const common: readonly OptionName[] = ["ramp", "nodes", "workers", "url", "simulator", "source", "language", "out"];
const usualNodes = 2;

/** Plays one scenario and judges it. @throws {UsageError} when what was typed cannot be played */
export async function runScenario(
  name: ScenarioName,
  typed: Typed,
  report: Report,
  signal: AbortSignal,
): Promise<Document> {
  const scenario: Scenario = scenarios[name];
  mustFit(name, scenario, typed);
  const plan = scenario.plan(typed);
  mustHold(plan, scenario, typed);
  report.title(plan.title);
  await using deployment = await openDeployment(plan, typed);
  const shares = sharesOf(plan, typed, deployment);
  const findings = await play({ plan, deployment, shares, signal });
  tellWhatBecame(report, findings);
  judge(report, findings);
  return documentOf(name, report, findings, placeOf(typed, shares.length));
}

function mustFit(name: ScenarioName, { takes, needs }: Scenario, typed: Typed): void {
  const given = Object.keys(typed) as OptionName[]; // CAST: keys of what was typed
  const stray = given.find((option) => !takes.includes(option) && !common.includes(option));
  if (stray !== undefined)
    throw new UsageError(
      `${name} does not know --${stray} (${optionTable[stray].help}): npm run load -- --help tells what it takes.`,
    );
  const isFar = typed.url !== undefined;
  if (isFar && typed.nodes !== undefined)
    throw new UsageError("--nodes starts nodes, and --url uses those that are there: take one of them.");
  if (!isFar && typed.simulator !== undefined)
    throw new UsageError("--simulator belongs to --url: without it the simulator is started here.");
  if (isFar && needs === "nodes")
    throw new UsageError(
      `${name} has to kill a node, which it cannot do to a service at --url: leave --url out, or kill one yourself during steady.`,
    );
  if (isFar && needs === "relay" && typed.simulator === undefined)
    throw new UsageError(
      `${name} has to slow the relay down: name the simulator that the service asks with --simulator.`,
    );
  if (needs === "nodes" && (typed.nodes ?? usualNodes) < 2)
    throw new UsageError(`${name} kills a node, so it needs at least --nodes 2.`);
}

function mustHold({ sockets }: Plan, { needs }: Scenario, typed: Typed): void {
  const nodes = typed.nodes ?? usualNodes;
  const holders = [{ what: "process of the generator", sockets: Math.ceil(sockets / workersFor(sockets, typed)) }];
  // Those of a killed node come to the others.
  const left = needs === "nodes" ? nodes - 1 : nodes;
  if (typed.url === undefined) holders.push({ what: "node", sockets: Math.ceil(sockets / left) });
  raiseOpenFiles(Math.max(...holders.map((holder) => holder.sockets)));
  const why = tooManyFiles(holders);
  if (why !== null) throw new UsageError(why);
}

function openDeployment({ admission }: Plan, typed: Typed): Promise<Deployment> {
  const { url, simulator = null, nodes = usualNodes } = typed;
  if (url === undefined) return openOwn({ nodes, admission });
  const urls = url.map((each) => each.replace(/\/$/, ""));
  return openFar({ urls, simulator, secret: process.env["AUTH_SECRET"]?.split(",")[0] ?? null });
}

function placeOf({ url, nodes = usualNodes }: Typed, workers: number): string {
  const generator = `generator of ${workers} processes`;
  return url
    ? `${url.join(", ")}; ${generator}`
    : `${nodes} nodes, Redis, the simulator and a ${generator} on one machine`;
}
