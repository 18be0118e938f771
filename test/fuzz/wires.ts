import { connect } from "node:net";
import { BareSocket, openBare } from "../support/bare.ts";
import { asSent } from "./frames.ts";
import type { Input } from "./inputs.ts";
import { faultOfResponse, leakIn } from "./judge.ts";
import { patienceMs } from "./lane.ts";
import { fill, type Known } from "./marks.ts";
import { measured } from "./requests.ts";

type Frames = Extract<Input, { kind: "frames" }>;
type Request = Extract<Input, { kind: "request" }>;

/** Whoever sends half a request waits so long for an answer before hanging up. */
const halfMs = 100;

/** Sends frames on a connection of their own, and leaves. Gives what was wrong with what came back, or null. */
export async function sendFrames(
  url: string,
  { over, isLetIn, frames }: Frames,
  known: Known,
  own: ReadonlySet<string>,
): Promise<string | null> {
  const sent = frames.map((frame) => asSent(fill(frame, known)));
  return over === "websocket" ? overWebSocket(url, sent, isLetIn, own) : overPolling(url, sent, isLetIn, own);
}

async function overWebSocket(
  url: string,
  frames: readonly (string | Buffer)[],
  isLetIn: boolean,
  own: ReadonlySet<string>,
) {
  await using bare = isLetIn ? await openBare(url) : new BareSocket(url);
  if (!isLetIn) await bare.frame("0{");
  let leak: string | null = null;
  bare.ws.on("message", (data) => {
    leak ??= leakIn(String(data), own);
  });
  for (const frame of frames) bare.send(frame);
  bare.ws.close();
  const late = new Promise<string>((resolve) =>
    setTimeout(resolve, patienceMs, "a connection that does not end").unref(),
  );
  return (await Promise.race([bare.closed, late])) ?? leak;
}

async function overPolling(
  url: string,
  frames: readonly (string | Buffer)[],
  isLetIn: boolean,
  own: ReadonlySet<string>,
) {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const handshake = await (await fetch(base)).text();
  const { sid } = JSON.parse(handshake.slice(1));
  const address = `${base}&sid=${sid}`;
  const post = (body: string) => fetch(address, { method: "POST", body, headers: { connection: "close" } });
  if (isLetIn) await post("40");
  const answer = await post(frames.map(String).join("\u001e"));
  const told = (await answer.text()) + (await (await post("1")).text());
  return answer.status >= 500 ? `status ${answer.status}` : leakIn(told, own);
}

interface Asker {
  readonly known: Known;
  readonly own: ReadonlySet<string>;
  readonly secret: string;
}

/** Sends a request as it is written. Gives what was wrong with the answer, or null. */
export async function sendRequest(
  url: string,
  { request }: Request,
  { known, own, secret }: Asker,
): Promise<string | null> {
  const answer = await speak(url, measured(fill(request, known)));
  if (answer === null) return "a connection that does not end";
  return faultOfResponse(answer, secret) ?? leakIn(answer, own);
}

/** Everything that comes back until the connection ends; null when it does not. */
function speak(url: string, bytes: Buffer): Promise<string | null> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ port: Number(port), host: hostname }, () => void socket.write(bytes));
    const half = setTimeout(() => socket.end(), halfMs);
    const late = setTimeout(() => finish(null), patienceMs);
    const finish = (told: string | null) => {
      clearTimeout(half);
      clearTimeout(late);
      socket.destroy();
      resolve(told);
    };
    socket.on("data", (data) => {
      answer += data.toString("latin1");
    });
    // What was answered counts, though the rest of a request came to a closed door.
    socket.on("error", () => {});
    socket.once("close", () => finish(answer));
  });
}
