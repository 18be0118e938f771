import { ensureProgram, findProgram, placesOf } from "./debian.ts";

/** The Prometheus of this machine; installed from Debian's package where that is possible, else the process says why and ends. */
export function ensurePrometheus(): string {
  return ensureProgram({
    title: "Prometheus",
    find: () => findProgram([process.env["PROMETHEUS_PATH"], ...placesOf("prometheus")]),
    packages: ["prometheus"],
    remedy: "Install Prometheus 2.42 or newer, or set PROMETHEUS_PATH to its program.",
  });
}
