import { type Config, ConfigError, readConfig } from "./config.ts";
import { withKeptSecret } from "./demonstration.ts";
import { type Finding, printed, wrong } from "./doctor/finding.ts";
import { machineFindings } from "./doctor/machine.ts";
import { pageFindings } from "./doctor/node.ts";
import { redisFindings } from "./doctor/redis.ts";
import { relayFindings } from "./doctor/relay.ts";

/** Looks at everything that a node needs, and says what to do where it is not well: `npm run doctor`. */

const seen: Finding[] = [];

function tell(finding: Finding): void {
  seen.push(finding);
  console.log(printed(finding));
}

function readSettings(): Config | null {
  try {
    return withKeptSecret(readConfig());
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault;
    for (const line of fault.message.split("\n"))
      tell(wrong("config", line, "correct it in .env or the file it names"));
    return null;
  }
}

const config = readSettings();
if (config !== null) {
  for (const finding of machineFindings(config)) tell(finding);
  for (const look of [relayFindings, redisFindings, pageFindings])
    for await (const finding of look(config)) tell(finding);
}
const count = (state: Finding["state"]) => seen.filter((finding) => finding.state === state).length;
console.log(`\n${count("wrong")} wrong, ${count("doubtful")} doubtful, ${count("well")} well`);
process.exitCode = count("wrong") > 0 ? 1 : 0;
