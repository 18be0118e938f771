import { attempt } from "../attempt.ts";

/** The part of the browser's `Storage` that is used here. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Small things kept for one server: in the storage while that works, in memory always. */
export interface Keeper {
  read(name: string): string | null;
  /** `null` forgets. */
  write(name: string, value: string | null): void;
}

/** Names the server in keys and locks: two shops on one page never share an identity. */
export const scopeOf = (url: string) => `tidegate:${url.replace(/\/+$/, "")}`;

/** Private windows, full disks and sandboxed frames make every call of a storage throw: then memory has to do. */
export function openKeeper(scope: string, storage: StorageLike | undefined): Keeper {
  const memory = new Map<string, string | null>();
  return {
    read(name) {
      // The storage goes first: another tab may have written meanwhile.
      return attempt(() => storage?.getItem(`${scope}:${name}`)) ?? memory.get(name) ?? null;
    },
    write(name, value) {
      memory.set(name, value);
      attempt(() =>
        value === null ? storage?.removeItem(`${scope}:${name}`) : storage?.setItem(`${scope}:${name}`, value),
      );
    },
  };
}

/** A storage of the page, or nothing where reading the property already throws. */
export function pageStorage(name: "localStorage" | "sessionStorage"): StorageLike | undefined {
  return attempt(() => globalThis[name]);
}
