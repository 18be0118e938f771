import { showTable } from "../bench/table.ts";
import { openScene } from "./scene.ts";
import { type Trouble, troubles } from "./troubles.ts";
import { type Sign, type Signs, watch } from "./watch.ts";

/**
 * `npm run drill [word]`: breaks a small service in every way the runbook knows (or in those whose names hold the word), each
 * time another one, and prints which line of the log, which alert, which trouble of the dashboard and which finding of the doctor name it, and how soon.
 */

/** What nobody is told of for longer may have cost customers by then. */
const bearableSeconds = 10;
const mostChars = 90;

const isSoon = (sign: Sign | null) => sign !== null && sign.seconds <= bearableSeconds;
const shown = (sign: Sign | null) =>
  sign === null ? "nothing" : `${sign.seconds.toFixed(1)} s: ${sign.what.slice(0, mostChars)}`;

async function play(trouble: Trouble): Promise<Signs> {
  console.log(`${trouble.name} …`);
  await using scene = await openScene();
  const early = (await scene.prometheus.alerts()).map(({ name }) => name);
  if (early.length > 0) console.log(`  before anything broke: ${early.join(", ")}`);
  return await watch(scene, trouble);
}

const [word = ""] = process.argv.slice(2);
const chosen = troubles.filter(({ name }) => name.includes(word));
const rows: string[][] = [];
let missed = 0;
for (const trouble of chosen) {
  const { log, alert, dashboard, doctor, others } = await play(trouble);
  const isNamed = [log, alert, dashboard].every(isSoon) && doctor !== null;
  if (!isNamed) missed++;
  rows.push([
    isNamed ? "✓" : "✗",
    trouble.name,
    shown(log),
    shown(alert),
    shown(dashboard),
    shown(doctor),
    others.join(" "),
  ]);
}
const columns = ["", "trouble", "log", "alert", "dashboard", "doctor (from its call on)", "also"];
console.log(showTable({ title: "", columns, rows }));
console.log(
  missed === 0
    ? `Each is named within ${bearableSeconds} s by the log, an alert and the dashboard, and by the doctor.`
    : `${missed} of ${chosen.length} are not named by all four, or not within ${bearableSeconds} s.`,
);
process.exitCode = missed === 0 ? 0 : 1;
