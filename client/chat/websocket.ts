import { attempt } from "../attempt.ts";
import type { Clock } from "./clock.ts";
import type { End, OpenSocket } from "./socket.ts";

/** Who does not answer for so long is not reached. */
const openWithinMs = 10_000;
/** Engine.IO's type, or `4` and Socket.IO's; the number of an acknowledgement; JSON. */
const packet = /^(4?\d)(\d*)(.*)$/s;

/**
 * Socket.IO (protocol 5 on Engine.IO 4) over a WebSocket alone and in text alone: all that the chat needs of it. What
 * comes in another shape, from another namespace or in binary is passed over in silence. `room` is empty for namespace
 * `/`, else the namespace and a comma: `/agents,`.
 */
export const overWebSocket =
  (clock: Clock, room = ""): OpenSocket =>
  (url, auth, tell) => {
    const unanswered = new Map<string, (reply: unknown) => void>();
    let asked = 0;
    let wire: WebSocket | undefined;
    let patienceMs = openWithinMs;
    let stopWaiting = () => {};
    let stage: "reaching" | "entering" | "inside" | "over" = "reaching";

    const send = (text: string) => wire?.send(text);
    const breakOff = () => end(stage === "reaching" ? "unreachable" : "lost");

    function close(): void {
      stage = "over";
      stopWaiting();
      globalThis.removeEventListener?.("offline", breakOff);
      wire?.close();
    }

    function end(how: End, refusal?: unknown): void {
      if (stage === "over") return;
      close();
      tell.ended(how, refusal);
    }

    function wait(): void {
      stopWaiting();
      stopWaiting = clock.after(patienceMs, breakOff);
    }

    function opened({ pingInterval, pingTimeout }: Body): void {
      if (stage !== "reaching") return;
      patienceMs = Number(pingInterval) + Number(pingTimeout);
      if (!(patienceMs > 0)) return breakOff();
      stage = "entering";
      wait();
      auth().then((given) => stage !== "over" && send(`40${room}${JSON.stringify(given)}`), breakOff);
    }

    function connected({ sid }: Body): void {
      if (stage !== "entering" || !sid) return;
      stage = "inside";
      tell.connected((name, payload, acknowledged) => {
        const id = `${++asked}`;
        unanswered.set(id, acknowledged);
        send(`42${room}${id}${JSON.stringify([name, payload])}`);
      });
    }

    function receive(type: string, id: string, body: Body): void {
      switch (type) {
        case "0":
          return opened(body);
        case "1":
          return breakOff();
        case "2":
          send("3");
          // A server that is alive and never lets us in is not waited for.
          if (stage === "inside") wait();
          return;
        case "40":
          return connected(body);
        case "41":
          return end("dismissed");
        case "42":
          if (typeof body[0] === "string") tell.event(body[0], body[1]);
          return;
        case "43":
          unanswered.get(id)?.(body[0]);
          unanswered.delete(id);
          return;
        case "44":
          return end("refused", body["data"]);
      }
    }

    try {
      const { href } = new URL("/socket.io/?EIO=4&transport=websocket", url);
      wire = new WebSocket(href.replace("http", "ws"));
      wire.onerror = wire.onclose = breakOff;
      wire.onmessage = ({ data }) => {
        const [, type, id = "", json] = packet.exec(`${data}`.replace(room, "")) ?? [];
        const body = read(json);
        if (type && body) receive(type, id, body);
      };
      globalThis.addEventListener?.("offline", breakOff);
      wait();
    } catch {
      // A page with TLS may not speak without, and some pages may not speak at all.
      queueMicrotask(breakOff);
    }
    return close;
  };

type Body = Readonly<Record<string, unknown>>;

/** What a packet carries, which may be nothing; `null` for what is neither an object nor a list. */
function read(json = ""): Body | null {
  const body: unknown = attempt(() => JSON.parse(json || "{}"));
  // CAST: any object may be asked for any key.
  return typeof body === "object" ? (body as Body | null) : null;
}
