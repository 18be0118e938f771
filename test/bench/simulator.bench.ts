import { type ChildProcess, spawn } from "node:child_process";
import { createConnection, type Socket } from "node:net";
import { performance } from "node:perf_hooks";

// By hand: `npx node test/bench/simulator.bench.ts [streams] [seconds]`. The simulator runs in a process of its own.

const streams = Number(process.argv[2] ?? 3000);
const seconds = Number(process.argv[3] ?? 10);
const port = 4011;
const deltaMs = 50;
const deltaMark = Buffer.from("event: content_block_delta");
const question = `[[sim: long chars=${(seconds + 30) * 60}; pace first=200 delta=${deltaMs} chars=3]]`;
const body = JSON.stringify({
  model: "claude-sonnet-4-5",
  max_tokens: 64_000,
  stream: true,
  messages: [{ role: "user", content: question }],
});

interface Status {
  readonly openStreams: number;
  readonly deltasWritten: number;
  readonly cpu: { readonly user: number; readonly system: number };
  readonly rssBytes: number;
}

let deltasRead = 0;

const child = await startSimulator();
try {
  const before = await readStatus();
  const sockets = await openStreams();
  const from = await sample();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const to = await sample();
  report(before, from, to);
  for (const socket of sockets) socket.destroy();
} finally {
  child.kill("SIGTERM");
}

async function sample() {
  return { atMs: performance.now(), deltasRead, clientCpu: process.cpuUsage(), status: await readStatus() };
}

type Sample = Awaited<ReturnType<typeof sample>>;

function report(before: Status, from: Sample, to: Sample): void {
  const elapsedSeconds = (to.atMs - from.atMs) / 1000;
  const written = to.status.deltasWritten - from.status.deltasWritten;
  const cpuMicros = cpuOf(to.status.cpu) - cpuOf(from.status.cpu);
  console.log(`open streams            ${to.status.openStreams}`);
  console.log(`wanted deltas/s         ${((to.status.openStreams * 1000) / deltaMs).toFixed(0)}`);
  console.log(`written deltas/s        ${(written / elapsedSeconds).toFixed(0)}`);
  console.log(`read deltas/s           ${((to.deltasRead - from.deltasRead) / elapsedSeconds).toFixed(0)}`);
  console.log(`simulator CPU           ${(cpuMicros / elapsedSeconds / 10_000).toFixed(1)} % of one core`);
  console.log(`simulator CPU per delta ${(cpuMicros / written).toFixed(1)} µs`);
  console.log(
    `simulator RSS           ${megabytes(before.rssBytes)} MB idle, ${megabytes(to.status.rssBytes)} MB loaded`,
  );
  console.log(
    `reader CPU              ${((cpuOf(to.clientCpu) - cpuOf(from.clientCpu)) / elapsedSeconds / 10_000).toFixed(1)} % of one core`,
  );
}

function cpuOf({ user, system }: Status["cpu"]): number {
  return user + system;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

async function startSimulator(): Promise<ChildProcess> {
  const started = spawn(process.execPath, [new URL("../../src/simulator/main.ts", import.meta.url).pathname], {
    env: { ...process.env, SIMULATOR_PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => started.stdout?.once("data", resolve));
  return started;
}

async function readStatus(): Promise<Status> {
  const response = await fetch(`http://127.0.0.1:${port}/simulator`);
  return response.json() as Promise<Status>; // CAST: the simulator's own endpoint
}

async function openStreams(): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let at = 0; at < streams; at++) sockets.push(await openStream());
  while ((await readStatus()).openStreams < streams) await new Promise((resolve) => setTimeout(resolve, 50));
  return sockets;
}

function openStream(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => {
      socket.write(
        `POST /v1/messages HTTP/1.1\r\nhost: relay\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      resolve(socket);
    });
    socket.on("data", countDeltas);
    socket.once("error", reject);
  });
}

function countDeltas(bytes: Buffer): void {
  for (let at = bytes.indexOf(deltaMark); at >= 0; at = bytes.indexOf(deltaMark, at + deltaMark.length)) deltasRead++;
}
