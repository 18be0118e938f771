/** `npm run licences` writes `docs/licences.md` anew from the lock file; a test holds the two equal. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
export const licencesPath = join(root, "docs/licences.md");

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export interface Package {
  readonly name: string;
  readonly licence: string;
  /** `shipped` runs on the server or in a page; `tool` builds and tests, and goes nowhere. */
  readonly use: "shipped" | "tool";
}

/** Permissive: may be used, changed and sold along, with the notice kept. */
export const permissive: readonly string[] = [
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "Unlicense",
  "PSF-2.0",
  "MIT OR Apache-2.0",
  "(MIT AND Zlib)",
];

/** Of packages whose lock entry tells none: as their own LICENSE file has it. */
const untold: Readonly<Record<string, string>> = { "xmlhttprequest-ssl": "MIT" };

/** Every package of the lock file, by its name. */
export function packages(): readonly Package[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const locked = Object.entries<Locked>(lock.packages).filter(([path]) => path !== "");
  const inPages = withTheirs(packagesOfPages(), new Map(locked));
  const all = locked.map(([path, { license, dev }]): Package => {
    const name = nameOf(path);
    const use = dev === true && !inPages.has(name) ? "tool" : "shipped";
    return { name, licence: license ?? untold[name] ?? "unknown", use };
  });
  const once = new Map(all.map((one) => [`${one.name} ${one.licence} ${one.use}`, one]));
  return [...once.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** What the pages import, and is built into them. */
function packagesOfPages(): readonly string[] {
  const folder = join(root, "client");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    ({ name, parentPath }) =>
      /\.tsx?$/.test(name) && ["build", "dist"].every((not) => !`${parentPath}/`.includes(`/client/${not}/`)),
  );
  return files.flatMap(({ name, parentPath }) => {
    const text = readFileSync(join(parentPath, name), "utf8");
    return [...text.matchAll(/ from "((?:@[\w.-]+\/)?[a-z][\w.-]*)/g)].map(([, from = ""]) => from);
  });
}

function withTheirs(names: readonly string[], locked: ReadonlyMap<string, Locked>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const next of Object.keys(locked.get(`node_modules/${name}`)?.dependencies ?? {})) visit(next);
  };
  for (const name of names) visit(name);
  return found;
}

export function licencesPage(): string {
  const all = packages();
  const tableOf = (use: Package["use"]) => {
    const used = all.filter((one) => one.use === use);
    const licences = [...new Set(used.map(({ licence }) => licence))].sort();
    const rows = licences.map((licence) => {
      const names = used.filter((one) => one.licence === licence).map(({ name }) => `\`${name}\``);
      return `| ${licence} | ${names.length} | ${names.join(", ")} |`;
    });
    return ["| licence | packages | which |", "| --- | --- | --- |", ...rows].join("\n");
  };
  return `# Licences

Tidegate itself is under the MIT licence. This page is made by \`npm run licences\` from the lock file, and a test holds the two
equal.

## What runs on the server or in a page

All of these are permissive.

${tableOf("shipped")}

## What only builds and tests

None of these is part of what runs. Those under the MPL-2.0 are used as they come.

${tableOf("tool")}
`;
}

if (import.meta.main) writeFileSync(licencesPath, licencesPage());
