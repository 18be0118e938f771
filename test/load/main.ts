import { documentOf, writeDocument } from "./document.ts";
import { helpPage } from "./help.ts";
import { runLine } from "./line.ts";
import { readCommandLine, type Typed, UsageError } from "./options.ts";
import type { Document } from "./page/page.ts";
import { Report } from "./report.ts";
import { runScenario } from "./scenario-run.ts";
import { type ScenarioName, scenarios } from "./scenarios.ts";
import { runTakeover } from "./takeover.ts";

const usualFolder = "load-reports";

async function main(): Promise<void> {
  const { scenario, wantsHelp, typed } = readCommandLine(process.argv.slice(2));
  if (wantsHelp || scenario === null) return console.log(helpPage());
  const report = new Report();
  const document = await run(scenario, typed, report, endedByHand());
  const path = await writeDocument(document, typed.out ?? usualFolder);
  console.log(`\n${document.verdict.headline}\n${document.verdict.story}\nReport: ${path}`);
  process.exitCode = document.verdict.kind === "holds" ? 0 : 1;
}

async function run(scenario: string, typed: Typed, report: Report, signal: AbortSignal): Promise<Document> {
  if (isScenario(scenario)) return runScenario(scenario, typed, report, signal);
  if (scenario === "line") await runLine(report, typed.customers ?? 2_000);
  else if (scenario === "takeover") await runTakeover(report, typed.races ?? 5_000, typed.seed ?? 0);
  else
    throw new UsageError(
      `There is no scenario "${scenario}": there are ${[...names, "line"].join(", ")} and takeover.`,
    );
  return documentOf(scenario, report, null);
}

const names = Object.keys(scenarios);

function isScenario(name: string): name is ScenarioName {
  return names.includes(name);
}

/** Ctrl-C ends the run, and whoever presses it twice is not kept. */
function endedByHand(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (ending.signal.aborted) process.exit(130);
      console.error("\nEnding the run; the report is written. Once more ends at once.");
      ending.abort();
    });
  return ending.signal;
}

await main().catch((fault: Error) => {
  console.error(fault instanceof UsageError ? fault.message : (fault.stack ?? fault.message));
  process.exitCode = 2;
});
