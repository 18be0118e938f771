import { attempt } from "../attempt.ts";
import { openKeeper, pageStorage } from "../chat/keeper.ts";

/** The token of this tab, for one page. */
export interface Tokens {
  /** From the address, which forgets it at once, or from before a reload. */
  read(): string | null;
  /** Signs in. What somebody else has written here and not sent is theirs: it goes. */
  keep(token: string): void;
  /** The token was not taken: whoever it was may come back with another. */
  drop(): void;
  /** Forgets who it was, with all that was kept for them. */
  forgetAll(): void;
}

/** @param page names the page in the browser's storage: signing in at one is not signing in at another */
export function openTokens(page: string): Tokens {
  const keeper = openKeeper(`tidegate:${page}`, pageStorage("sessionStorage"));

  function keep(token: string): void {
    const owner = ownerOf(token);
    if (owner !== keeper.read("owner")) forgetAll();
    keeper.write("owner", owner);
    keeper.write("token", token);
  }

  const drop = () => keeper.write("token", null);

  function forgetAll(): void {
    drop();
    keeper.write("owner", null);
    attempt(() => {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith("tidegate:")) sessionStorage.removeItem(key);
    });
  }

  return {
    read() {
      const given = new URLSearchParams(location.hash.slice(1)).get("token");
      if (given === null) return keeper.read("token");
      history.replaceState(null, "", location.pathname + location.search);
      if (given.trim()) keep(given.trim());
      return keeper.read("token");
    },
    keep,
    drop,
    forgetAll,
  };
}

/** Whose token it says it is: only good for telling one person from another. */
function ownerOf(token: string): string {
  const body = token.split(".")[1] ?? "";
  return attempt(() => String(JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/"))).sub)) ?? token;
}
