import { Manager } from "socket.io-client";
import type { End, OpenSocket } from "./socket.ts";

/** The whole of Socket.IO's own client: it begins with long polling, which passes wherever pages do. */
export const overPollingIn =
  (namespace: string): OpenSocket =>
  (url, auth, tell) => {
    const transports = ["polling", "websocket"];
    const manager = new Manager(url, { transports, timeout: 10_000, reconnection: false, autoConnect: false });
    const socket = manager.socket(namespace, {
      auth: (give) => void auth().then(give, () => end("lost")),
    });

    function close(): void {
      socket.off();
      socket.offAny();
      socket.disconnect();
    }

    function end(how: End, refusal?: unknown): void {
      close();
      tell.ended(how, refusal);
    }

    socket.on("connect", () =>
      tell.connected((name, payload, acknowledged) => socket.emit(name, payload, acknowledged)),
    );
    socket.on("disconnect", (reason) => end(reason === "io server disconnect" ? "dismissed" : "lost"));
    socket.on("connect_error", (error) => {
      // Only a refusal by the server itself has this property.
      if ("data" in error) end("refused", error.data);
      else end("unreachable");
    });
    socket.onAny((name: string, payload: unknown) => tell.event(name, payload));
    socket.connect();
    return close;
  };

/** On namespace `/`, where customers are. */
export const overPolling = overPollingIn("/");
