import { attempt } from "../attempt.ts";
import { openKeeper, pageStorage } from "../chat/keeper.ts";

const keeper = openKeeper("tidegate:console", pageStorage("sessionStorage"));

/** The token of this tab: from the address, which forgets it at once, or from before a reload. */
export function readToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given === null) return keeper.read("token");
  history.replaceState(null, "", location.pathname + location.search);
  if (given.trim()) keepToken(given.trim());
  return keeper.read("token");
}

/** Signs in. What somebody else has written here and not sent is theirs: it goes. */
export function keepToken(token: string): void {
  const owner = ownerOf(token);
  if (owner !== keeper.read("owner")) forgetAll();
  keeper.write("owner", owner);
  keeper.write("token", token);
}

/** The token was not taken: whoever it was may come back with another. */
export function dropToken(): void {
  keeper.write("token", null);
}

/** Forgets who it was, with all that was kept for them. */
export function forgetAll(): void {
  dropToken();
  keeper.write("owner", null);
  attempt(() => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("tidegate:")) sessionStorage.removeItem(key);
  });
}

/** Whose token it says it is: only good for telling one agent from another. */
function ownerOf(token: string): string {
  const body = token.split(".")[1] ?? "";
  return attempt(() => String(JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/"))).sub)) ?? token;
}
