import { watch } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Files } from "./bundle.ts";
import { Seal, sourceDirectories } from "./seal.ts";

const project = join(import.meta.dirname, "../..");
const outDirectory = join(project, "client/dist");

/** Builds everything that browsers load into `client/dist`, unless it was built of the same sources before. */
async function buildClient(): Promise<void> {
  const startedAt = performance.now();
  const seal = await Seal.of(project);
  if (await seal.holds()) {
    console.log("client/dist is up to date");
    return;
  }
  // What bundles takes longer to load than it takes to see that there is nothing to bundle.
  const { bundleClient } = await import("./bundle.ts");
  const files = await bundleClient();
  await seal.break();
  await writeFiles(files);
  await seal.put();
  console.log(`client/dist built in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}

/** Writes what is new, each text with its compressed forms beside it, then removes what no page asks for any more. */
async function writeFiles(files: Files): Promise<void> {
  const written = (await Promise.all([...files].map(([name, content]) => writeCompressed(name, content)))).flat();
  for (const name of await filesIn(outDirectory)) if (!written.includes(name)) await rm(join(outDirectory, name));
}

async function writeCompressed(name: string, content: string | Uint8Array): Promise<string[]> {
  const path = join(outDirectory, name);
  await mkdir(dirname(path), { recursive: true });
  const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const forms: [suffix: string, content: string | Uint8Array][] = [
    ["", content],
    [".gz", await promisify(gzip)(content, { level: 9 })],
    [".br", await promisify(brotliCompress)(content, brotliOptions)],
  ];
  await Promise.all(forms.map(([suffix, form]) => writeFile(path + suffix, form)));
  return forms.map(([suffix]) => name + suffix);
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

/** Builds again after each change, one build at a time, until the process ends. */
function buildOnChange(): void {
  let settled: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const rebuild = () => {
    building = building.then(() => buildClient()).catch(console.error);
  };
  for (const directory of sourceDirectories)
    watch(join(project, directory), { recursive: true }, (_event, name) => {
      if (name === null || name.startsWith("dist")) return;
      clearTimeout(settled);
      settled = setTimeout(rebuild, 100);
    });
}

await buildClient();
if (process.argv.includes("--watch")) buildOnChange();
