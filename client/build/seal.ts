import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** What pages are made of, beside the packages that the lock file names. */
export const sourceDirectories = ["client", "src/contract"];
const lockFile = "package-lock.json";
/** Where what was built is. */
export const outputs = "client/dist";

interface Content {
  /** The hash of everything it was built of. */
  readonly sources: string;
  /** What was made of it, from the project on. */
  readonly files: readonly string[];
}

/** Says what `client/dist` was built of, and is there only while that is whole: a build that broke off leaves none. */
export class Seal {
  readonly #project: string;
  readonly #path: string;
  readonly #sources: string;

  private constructor(project: string, sources: string) {
    this.#project = project;
    this.#path = join(project, ".cache/client-build.json");
    this.#sources = sources;
  }

  /** The seal of what would be built now. What changes afterwards is not in it, and is built the next time. */
  static async of(project: string): Promise<Seal> {
    return new Seal(project, await hashOf(project));
  }

  /** Whether everything is there that these sources made. */
  async holds(): Promise<boolean> {
    try {
      // CAST: nothing else writes it.
      const { sources, files } = JSON.parse(await readFile(this.#path, "utf8")) as Content;
      const there = new Set(await filesIn(this.#project, outputs));
      return sources === this.#sources && files.every((name) => there.has(name));
    } catch {
      return false;
    }
  }

  /** Before the first file is written. */
  async break(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  /** After the last one was. */
  async put(): Promise<void> {
    const content: Content = { sources: this.#sources, files: await filesIn(this.#project, outputs) };
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(this.#path, JSON.stringify(content));
  }
}

async function hashOf(project: string): Promise<string> {
  const inside = await Promise.all(sourceDirectories.map((directory) => filesIn(project, directory)));
  const names = inside.flat().filter((name) => !name.startsWith(outputs));
  const hash = createHash("sha256").update(process.version);
  for (const name of [...names.toSorted(), lockFile]) {
    const content = await readFile(join(project, name));
    hash.update(`\n${name} ${content.length}\n`).update(content);
  }
  return hash.digest("base64url");
}

/** The names, from the project on, of all files in one of its directories. */
export async function filesIn(project: string, directory: string): Promise<string[]> {
  const entries = await readdir(join(project, directory), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(project, join(parentPath, name)));
}
