import { runRaces } from "../cluster/takeover.races.ts";
import { type Report, spread, whole } from "./report.ts";

/** Many races of taking over, handing back, stopping, asking and losing nodes, each checked on every screen and in the store. */
export async function runTakeover(report: Report, races: number, seed: number): Promise<void> {
  report.title(`Taking over: ${whole(races)} races from seed ${seed}, two nodes on one Redis`);
  let told = 0;
  const found = await runRaces({
    races,
    seed,
    progress: ({ races: run, faults }) => {
      console.error(`${whole(run)} of ${whole(races)} races, ${faults.length} faults`);
      for (const fault of faults.slice(told)) console.error(`  ${fault}`);
      told = faults.length;
    },
  });
  const { rounds, moves, holds, silentMs, takeMs, takeInStormMs, faults } = found;
  report.note("rounds", `${rounds.fair} in peace, ${rounds.kill} with a node killed, ${rounds.sleep} with one asleep`);
  report.note("moves", whole(moves));
  report.note("H1: listened for words after", `${whole(holds)} takes, for ${whole(silentMs / 1_000)} s in all`);
  report.note("a take is acknowledged, in peace", spread(takeMs));
  report.note("a take is acknowledged, in a storm", spread(takeInStormMs));
  report.check("races in which all is as promised", faults.length === 0, `${faults.length} faults`);
}
