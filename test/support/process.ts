import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "../..");

/** A program of this repository in a process of its own; disposing of it kills it. */
export interface Program extends AsyncDisposable {
  /** What the awaited pattern caught. */
  readonly said: string;
}

/**
 * Starts `file` with nothing but `env` and waits until it prints what `awaited` matches.
 *
 * @throws with all it printed when it ends before
 */
export async function openProgram(
  file: string,
  env: Readonly<Record<string, string>>,
  awaited: RegExp,
): Promise<Program> {
  const path = process.env["PATH"] ?? "";
  const child = spawn(process.execPath, [file], { cwd: root, env: { PATH: path, ...env } });
  const exited = once(child, "exit");
  const said = await new Promise<string>((resolve, reject) => {
    let output = "";
    const read = (line: string) => {
      output += `${line}\n`;
      const found = awaited.exec(line);
      if (found) resolve(found[1] ?? found[0]);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", read);
    void exited.then(() => reject(new Error(`${file} ended before it said ${awaited}:\n${output}`)));
  });
  return {
    said,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
