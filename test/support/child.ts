import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A program of `test/support` in a process of its own, spoken to by messages. It ends when this process does. */
export interface Child extends AsyncDisposable {
  /** The program's first message. */
  readonly hello: { readonly url: string };
  ask<Answer>(question: unknown): Promise<Answer>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

/** Starts `program`, a file of `test/support`, and waits for its first message. */
export async function openChild(program: string, { env = {}, execArgv = [] }: ChildOptions = {}): Promise<Child> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(path, { env: { ...process.env, ...env }, execArgv: [...execArgv] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const next = <Answer>() =>
    new Promise<Answer>((resolve, reject) => {
      child.once("message", (answer) => resolve(answer as Answer)); // CAST: the program is ours
      exited.then(() => reject(new Error(`${program} ended`)));
    });
  return {
    hello: await next(),
    ask<Answer>(question: unknown) {
      const answer = next<Answer>();
      child.send(Object(question));
      return answer;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
