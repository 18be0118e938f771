import { ensureProgram, findProgram, placesOf } from "./debian.ts";

/** The HAProxy of this machine; installed from Debian's package where that is possible, else the process says why and ends. */
export function ensureHaproxy(): string {
  return ensureProgram({
    title: "HAProxy",
    find: () => findProgram([process.env["HAPROXY_PATH"], ...placesOf("haproxy")]),
    packages: ["haproxy"],
    remedy: "Install HAProxy 2.6 or newer, or set HAPROXY_PATH to its program.",
  });
}
