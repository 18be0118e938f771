import type { Clock } from "./clock.ts";
import type { OpenSocket } from "./socket.ts";
import { overWebSocket } from "./websocket.ts";

/** So many WebSockets in a row that reach nobody: something on the way may be blocking them. */
const mostStrikes = 2;

/**
 * A WebSocket where they pass, and Socket.IO's own client, loaded only then, where they are blocked.
 *
 * - A page whose first WebSocket reaches nobody takes the detour at its next attempt; one whose WebSockets have passed
 *   does so after two. Failures of a page that is offline prove nothing.
 * - A detour that works is kept for as long as the page lives. One that fails as well is followed by a WebSocket: while
 *   the server is down, the two take turns.
 */
export function withDetour(
  clock: Clock,
  loadDetour: () => Promise<OpenSocket> = loadPolling,
  direct: OpenSocket = overWebSocket(clock),
): OpenSocket {
  const detour = orElse(loadDetour, direct);
  let strikes = mostStrikes - 1;

  return (url, auth, tell) => {
    const isDetour = strikes >= mostStrikes || !globalThis.WebSocket;
    const open = isDetour ? detour : direct;
    return open(url, auth, {
      ...tell,
      connected(emit) {
        if (!isDetour) strikes = 0;
        tell.connected(emit);
      },
      ended(how, refusal) {
        if (how === "unreachable" && navigator.onLine !== false) strikes += isDetour ? -1 : 1;
        tell.ended(how, refusal);
      },
    });
  };
}

const loadPolling = async () => (await import("./polling.ts")).overPolling;

/** Opens what is loaded, or the other one when it cannot be had: no attempt is spent on loading. */
function orElse(load: () => Promise<OpenSocket>, other: OpenSocket): OpenSocket {
  return (url, auth, tell) => {
    let over = false;
    let close = () => {
      over = true;
    };
    load()
      .catch(() => other)
      .then((open) => {
        if (!over) close = open(url, auth, tell);
      });
    return () => close();
  };
}
