import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { LocalPorts } from "./local-ports.ts";
import { type LocalEnd, RawSocket } from "./raw-socket.ts";

/** What has come of an attack so far. */
export interface Tally {
  /** What its rates ask for. */
  due: number;
  begun: number;
  /** Answered with a refusal. */
  refused: number;
  /** Ended by the server. */
  cut: number;
}

/** Something that is done so often a second. */
export interface Attack {
  readonly perSecond: number;
  once(url: string, tally: Tally, ports: LocalPorts): Promise<void>;
}

/** The limits of a server that is told none. */
const limits = { connectionsPerSecond: 100, commandsPerSecond: 10 };
/** How far beyond them everything is. */
const times = 10;
const lone = (ports: LocalPorts): LocalEnd => ({ localAddress: "127.0.0.2", localPort: ports.take() });
/** How many addresses share what is sent from many. */
const many = 50;
let turn = 0;
const oneOfMany = (ports: LocalPorts): LocalEnd => ({
  localAddress: `127.0.1.${1 + (turn++ % many)}`,
  localPort: ports.take(),
});

/** A connection that is held for so long once it is let in. */
const heldMs = 5_000;

/** Every way of asking for more than is there. */
export const attacks = {
  /** New connections from one address: most are turned away, and the rest come in as guests and open a conversation. */
  connections: [
    { perSecond: times * limits.connectionsPerSecond, once: (url, tally, ports) => come(url, lone(ports), tally) },
  ],
  /** New connections from many addresses, together as many: each address is within its own limit. */
  crowd: [
    { perSecond: 2 * limits.connectionsPerSecond, once: (url, tally, ports) => come(url, oneOfMany(ports), tally) },
  ],
  /** Commands, each connection so many times beyond its rate until it is cut. */
  commands: [{ perSecond: 4, once: (url, tally, ports) => shout(url, oneOfMany(ports), tally, command) }],
  /** Frames as large as they may be, and some that are larger. */
  frames: [
    { perSecond: 2, once: (url, tally, ports) => shout(url, oneOfMany(ports), tally, () => large) },
    { perSecond: 5, once: (url, tally, ports) => shout(url, oneOfMany(ports), tally, () => tooLarge) },
  ],
  /** Connections on which nothing, or half of something, is said. */
  halves: [
    { perSecond: 10, once: (url, tally, ports) => half(url, lone(ports), tally, "") },
    {
      perSecond: 10,
      once: (url, tally, ports) => half(url, lone(ports), tally, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow:"),
    },
    { perSecond: 10, once: (url, tally, ports) => half(url, oneOfMany(ports), tally, handshake) },
    { perSecond: 10, once: (url, tally, ports) => half(url, oneOfMany(ports), tally, halfBody) },
  ],
  /** Long polling that is never polled. */
  polling: [{ perSecond: 10, once: (url, tally) => neverPoll(url, tally) }],
} as const satisfies Record<string, readonly Attack[]>;

const handshake = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n";
const halfBody =
  'POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{"text":"';
const large = `42["${"x".repeat(60_000)}",{}]`;
const tooLarge = `42["${"x".repeat(70_000)}",{}]`;

let asked = 0;

/** Everything that a customer may ask for, again and again. */
function command(): string {
  const id = asked++;
  const commands = [
    ["conversation:open", {}],
    ["message:send", { messageId: `m${id}`, text: "[[sim: long chars=400]] flood" }],
    ["typing:set", { active: true }],
    ["agent:request", { reason: "flood" }],
    ["agent:cancel", {}],
    ["turn:resume", { turnId: "x", epoch: 0, offset: 0 }],
    ["nonsense", {}],
  ];
  return `42${id}${JSON.stringify(commands[id % commands.length])}`;
}

/** A guest's socket, or null where it is turned away. */
async function enter(url: string, from: LocalEnd, tally: Tally): Promise<RawSocket | null> {
  const socket = new RawSocket(url, from);
  const isIn = await socket.entered;
  if (!isIn) tally.refused++;
  return isIn ? socket : null;
}

async function come(url: string, from: LocalEnd, tally: Tally): Promise<void> {
  const socket = await enter(url, from, tally);
  if (socket === null) return;
  socket.say('421["conversation:open",{}]');
  await Promise.race([socket.ended, pause(heldMs)]);
  socket.leave();
}

/** Sends ten times what one socket may until the server has had enough. */
async function shout(url: string, from: LocalEnd, tally: Tally, frame: () => string): Promise<void> {
  const socket = await enter(url, from, tally);
  if (socket === null) return;
  socket.say('421["conversation:open",{}]');
  const timer = setInterval(() => socket.say(frame()), 1_000 / (times * limits.commandsPerSecond));
  await Promise.race([socket.ended.then(() => tally.cut++), pause(2 * heldMs)]);
  clearInterval(timer);
  socket.leave();
}

/** Says `text` and nothing more, and waits to be cut. */
async function half(url: string, from: LocalEnd, tally: Tally, text: string): Promise<void> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), ...from }, () => socket.write(text));
  socket.on("error", () => {}).resume();
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  tally.cut++;
}

async function neverPoll(url: string, tally: Tally): Promise<void> {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const handshake = await fetch(base, { headers: { connection: "close" } });
  if (!handshake.ok) {
    tally.refused++;
    return;
  }
  const { sid } = JSON.parse((await handshake.text()).slice(1));
  const body = '40\u001e421["conversation:open",{}]\u001e422["conversation:open",{}]';
  await fetch(`${base}&sid=${sid}`, { method: "POST", body, headers: { connection: "close" } });
}
