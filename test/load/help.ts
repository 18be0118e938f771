import { type OptionName, optionTable } from "./options.ts";
import { type ScenarioName, scenarios } from "./scenarios.ts";

const others = {
  line: "A narrow rate and a long line: places, order, reloads, leaving, and a node that is killed half-way.",
  takeover: "Agents take over and hand back while answers are written, nodes are killed and fall asleep.",
} as const;

const common: readonly OptionName[] = ["ramp", "nodes", "workers", "url", "simulator", "source", "language", "out"];

export function helpPage(): string {
  const names = Object.keys(scenarios) as ScenarioName[]; // CAST: keys of a literal
  const takes = (name: ScenarioName) => scenarios[name].takes.map((option) => `--${option}`).join(" ");
  return `Puts a Tidegate service under load, checks every promise, and writes a report that anybody can read.

  npm run load -- <scenario> [options]

Scenarios
${names.map((name) => row(name, `${scenarios[name].summary} (${takes(name)})`)).join("\n")}
${row("line", `${others.line} (--customers)`)}
${row("takeover", `${others.takeover} (--races --seed)`)}

Options of scenarios
${options((Object.keys(optionTable) as OptionName[]).filter((name) => !common.includes(name)))}

Options of all but line and takeover, which know only --out
${options(common)}

Without --url it starts Redis, the simulator and the nodes itself, each as a process of its own, and ends them. With --url it
asks a service that is there: AUTH_SECRET, if it is the service's, makes one in ten a VIP and three in ten members; without it
all are guests. The service's limits hold for it too: set limits.connectionsPerSecond and
connectionsPerAddress high enough for one address.

Ctrl-C ends a run early; the report is written all the same. The exit code is 0 when all checks hold, 1 when one does not,
2 when nothing could be run.

Examples
  npm run load -- night --scale 0.05          two minutes on a laptop
  npm run load -- idle --sockets 20000 --nodes 2
  npm run load -- slow-relay --rate 100
  npm run load -- steady --url https://chat.shop.example --rate 20 --seconds 300

docs/load.md tells what each check means and how to read the report.`;
}

function options(names: readonly OptionName[]): string {
  return names
    .map((name) => {
      const { help } = optionTable[name];
      const [value = "N"] = /\b(URL|ADDRESS|FOLDER|N|X)\b/.exec(help) ?? (name === "language" ? ["LANGUAGE"] : []);
      return row(`--${name} ${value}`, help);
    })
    .join("\n");
}

const width = 118;
const indent = 22;

/** A name, and what it means in as many lines as that takes. */
function row(name: string, meaning: string): string {
  const lines: string[] = [""];
  for (const word of meaning.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line.length + word.length + 1 > width - indent) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.map((line, at) => `  ${(at === 0 ? name : "").padEnd(indent - 2)}${line}`).join("\n");
}
