import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "./config.ts";

/** Beside the code and never in the repository. */
const keptAt = join(import.meta.dirname, "../.cache/demonstration-secret");

/**
 * A demonstration keeps the secret that it made up (X6): its guests are still known after a restart, and tokens can be
 * made for it by a command of their own. Where nothing can be written each start has a secret of its own.
 */
export function withKeptSecret(config: Config, path = keptAt): Config {
  if (!config.demonstration) return config;
  return { ...config, secrets: [kept(path) ?? keep(path, config.secrets[0])] };
}

function kept(path: string): string | null {
  try {
    const secret = readFileSync(path, "utf8").trim();
    return secret.length >= 32 ? secret : null;
  } catch {
    return null;
  }
}

function keep(path: string, secret: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  } catch {
    // Nothing can be written here, as in a container that is read-only.
  }
  return secret;
}
