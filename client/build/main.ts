import { watch } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Files } from "./bundle.ts";
import { filesIn, outputs, Seal, sourceDirectories } from "./seal.ts";

const project = join(import.meta.dirname, "../..");

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
  const forms = await Promise.all([...files].map(([name, content]) => writeCompressed(name, content)));
  const written = new Set(forms.flat());
  for (const name of await filesIn(project, outputs)) if (!written.has(name)) await rm(join(project, name));
}

async function writeCompressed(name: string, content: string | Uint8Array): Promise<string[]> {
  const path = join(project, outputs, name);
  await mkdir(dirname(path), { recursive: true });
  const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const forms: [suffix: string, content: string | Uint8Array][] = [
    ["", content],
    [".gz", await promisify(gzip)(content, { level: 9 })],
    [".br", await promisify(brotliCompress)(content, brotliOptions)],
  ];
  await Promise.all(forms.map(([suffix, form]) => writeFile(path + suffix, form)));
  return forms.map(([suffix]) => join(outputs, name + suffix));
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
