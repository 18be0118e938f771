import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A program that the tests need and no package of npm brings. */
export interface Wanted {
  /** What it is called before the reader. */
  readonly title: string;
  /** Where it is on this machine, or null. */
  readonly find: () => string | null;
  /** Debian's packages that bring it. */
  readonly packages: readonly string[];
  /** Those that do so where it has no such packages. */
  readonly otherwise?: readonly string[];
  /** What the reader can do where it cannot be installed. */
  readonly remedy: string;
}

/** The program's path; installed from Debian's packages where that is possible, else the process says why and ends. */
export function ensureProgram({ title, find, packages, otherwise, remedy }: Wanted): string {
  const found = find();
  if (found !== null) return found;
  apt("update", "-qq");
  for (const wanted of otherwise ? [packages, otherwise] : [packages]) {
    console.log(`No ${title} found: installing Debian's ${wanted.join(" and ")} …`);
    apt("install", "-y", "-qq", "--no-install-recommends", ...wanted);
    const installed = find();
    if (installed !== null) return installed;
  }
  console.error(`The tests need ${title}, and it could not be installed. ${remedy}`);
  process.exit(1);
}

function apt(...args: readonly string[]): void {
  spawnSync(...asRoot("apt-get", args), { stdio: ["ignore", "ignore", "inherit"] });
}

/** The first of `places` that holds a program, and one that suits. */
export function findProgram(
  places: readonly (string | undefined)[],
  suits: (program: string) => boolean = () => true,
): string | null {
  return places.find((place) => place !== undefined && place !== "" && isExecutable(place) && suits(place)) ?? null;
}

/** Where a program of that name may be: the folders of `PATH`, and those that only root has there. */
export function placesOf(name: string): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders, "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"].map((folder) => join(folder, name));
}

function asRoot(command: string, args: readonly string[]): [string, string[]] {
  return process.getuid?.() === 0 ? [command, [...args]] : ["sudo", ["-n", command, ...args]];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
