/** What a server says over a WebSocket, as far as a client of namespace `/` hears of it. */
export type Frame =
  | { readonly kind: "open"; readonly silenceMs: number }
  | { readonly kind: "ping" }
  | { readonly kind: "connected" }
  | { readonly kind: "refused"; readonly error: unknown }
  | { readonly kind: "closed" }
  | { readonly kind: "fact"; readonly name: string; readonly payload: unknown }
  | { readonly kind: "reply"; readonly id: number; readonly reply: unknown }
  | { readonly kind: "noise" }
  | { readonly kind: "broken"; readonly why: string };

export const pongFrame = "3";

/** Enters namespace `/`. */
export function enterFrame(auth: object): string {
  return `40${JSON.stringify(auth)}`;
}

/** A command whose reply will bear the same number. */
export function commandFrame(id: number, name: string, payload: object): string {
  return `42${id}${JSON.stringify([name, payload])}`;
}

/** Reads one text frame of Engine.IO 4 and, inside it, of Socket.IO 5. Never throws: what cannot be read is `broken`. */
export function readFrame(data: string): Frame {
  try {
    return read(data);
  } catch {
    return { kind: "broken", why: `not JSON: ${data.slice(0, 80)}` };
  }
}

function read(data: string): Frame {
  switch (data[0]) {
    case "0": {
      const { pingInterval, pingTimeout } = JSON.parse(data.slice(1));
      return { kind: "open", silenceMs: pingInterval + pingTimeout };
    }
    case "1":
      return { kind: "closed" };
    case "2":
      return { kind: "ping" };
    case "4":
      return readPacket(data);
    case "3":
    case "6":
      return { kind: "noise" };
    default:
      return { kind: "broken", why: `an unknown frame: ${data.slice(0, 80)}` };
  }
}

function readPacket(data: string): Frame {
  switch (data[1]) {
    case "0":
      return { kind: "connected" };
    case "1":
      return { kind: "closed" };
    case "2": {
      // A server that wants a reply would put a number here; none of the contract's facts does.
      const [name, payload] = JSON.parse(data.slice(data.indexOf("[")));
      return { kind: "fact", name, payload };
    }
    case "3": {
      const at = data.indexOf("[");
      return { kind: "reply", id: Number(data.slice(2, at)), reply: JSON.parse(data.slice(at))[0] };
    }
    case "4":
      return { kind: "refused", error: JSON.parse(data.slice(2)) };
    default:
      return { kind: "broken", why: `an unknown packet: ${data.slice(0, 80)}` };
  }
}
