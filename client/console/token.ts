import { openKeeper, pageStorage } from "../chat/keeper.ts";

const keeper = openKeeper("tidegate:console", pageStorage("sessionStorage"));

/** The token of this tab: from the address, which forgets it at once, or from before a reload. */
export function readToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given === null) return keeper.read("token");
  history.replaceState(null, "", location.pathname + location.search);
  keepToken(given.trim() || null);
  return given.trim() || null;
}

/** `null` forgets, with all that was kept for whoever it was. */
export function keepToken(token: string | null): void {
  keeper.write("token", token);
}
