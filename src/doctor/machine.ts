import type { Config } from "../config.ts";
import { openFilesLimit } from "../open-files.ts";
import { doubtful, type Finding, well, wrong } from "./finding.ts";

const leastNode = [24, 11] as const;
/** A socket is a file descriptor. */
const manyFiles = 65_536;

export function machineFindings(config: Config): Finding[] {
  return [nodeFinding(process.versions.node), filesFinding(openFilesLimit()), ...secretFindings(config)];
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  if (isEnough) return well("node", `Node ${version}`);
  return wrong(
    "node",
    `Node ${version} is too old`,
    `install Node ${leastNode.join(".")} or newer, or run npm ci on Linux`,
  );
}

export function filesFinding(limit: number | null): Finding {
  if (limit === null) return well("files", "the limit of open files cannot be read on this system");
  if (limit >= manyFiles) return well("files", `${limit} open files`);
  return doubtful(
    "files",
    `at most ${limit} open files, so fewer customers than that at a time`,
    `ulimit -n ${manyFiles}; with systemd LimitNOFILE=${manyFiles}, see docs/deploy`,
  );
}

export function secretFindings({ demonstration, secrets, allowedOrigins }: Config): Finding[] {
  const how = "make one with: openssl rand -base64 32";
  const weak = secrets.filter((secret) => bitsOf(secret) < 80).length;
  return [
    demonstration
      ? doubtful("secrets", "AUTH_SECRET is not set: a demonstration, on loopback alone", how)
      : weak > 0
        ? wrong("secrets", "AUTH_SECRET can be guessed: it repeats itself or is made of few characters", how)
        : well("secrets", "AUTH_SECRET is strong"),
    ...(allowedOrigins.includes("*")
      ? [doubtful("origins", "pages of any origin may connect", "list your shop's in ALLOWED_ORIGINS")]
      : []),
  ];
}

/** As much as the characters alone can hold; what repeats a part of itself holds no more than the part. */
function bitsOf(secret: string): number {
  const part = /^(.+?)\1*$/.exec(secret)?.[1] ?? secret;
  const counts = Map.groupBy(part, (character) => character);
  const bitsEach = [...counts.values()].reduce(
    (sum, { length }) => sum - (length / part.length) * Math.log2(length / part.length),
    0,
  );
  return bitsEach * part.length;
}
