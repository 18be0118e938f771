import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect, test } from "vitest";
import { openSimulator } from "../../src/simulator/server.ts";
import { Daemon } from "../support/daemon.ts";
import { ensureHaproxy } from "../support/haproxy.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { certificate } from "./relay.secure.ts";
import { ask, openTestRelay, play } from "./relay.support.ts";

/** HAProxy with TLS and HTTP/2 before a relay, as many relays are reached. */
async function openFront(relayPort: number) {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "tidegate-front-"));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const port = await freePort();
  const file = join(folder, "haproxy.cfg");
  writeFileSync(join(folder, "both.pem"), certificate.cert + certificate.key, { mode: 0o600 });
  writeFileSync(
    file,
    `global
  hard-stop-after 30s
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend relay
  bind 127.0.0.1:${port} ssl crt ${join(folder, "both.pem")} alpn h2,http/1.1
  default_backend simulator
backend simulator
  server one 127.0.0.1:${relayPort}
`,
  );
  const start = async (owner: AsyncDisposableStack, ...more: readonly string[]) => {
    const proxy = owner.use(new Daemon("HAProxy", ensureHaproxy(), ["-f", file, ...more]));
    await proxy.whileAlive(until("HAProxy speaks TLS", () => speaksTls(port)));
    return proxy;
  };
  const first = await start(stack);
  const running = stack.move();
  return {
    baseUrl: `https://127.0.0.1:${port}`,
    /** A new one takes the port; the old one finishes what it carries, and tells its clients to go. */
    async restart() {
      await start(running, "-sf", String(first.child.pid));
      return first.exited;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function speaksTls(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: "127.0.0.1", ca: certificate.cert }, () => {
    socket.destroy();
    resolve(true);
  });
  socket.on("error", () => resolve(false));
  return promise;
}

test("U2 a proxy before the relay that is restarted while answers are written cuts none of them, and refuses none", async () => {
  await using simulator = await openSimulator({ pace: { firstTokenMs: 20, deltaMs: 20 } });
  await using front = await openFront(Number(new URL(simulator.baseUrl).port));
  await using relay = openTestRelay(front.baseUrl, { firstTokenMs: 20_000, idleMs: 20_000, totalMs: 60_000 });
  const text = Array.from({ length: 60 }, (_, at) => `${at} 潮汐`).join(" ");
  const question = ask(`[[sim: say ${JSON.stringify(text)}]]`);
  const playing: ReturnType<typeof play>[] = [];
  const begin = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    playing.push(play(relay, question, { onPiece: () => resolve() }));
    return promise;
  };
  await Promise.all(Array.from({ length: 20 }, begin));
  const stopped = front.restart();
  let isStopped = false;
  void stopped.then(() => {
    isStopped = true;
  });
  while (!isStopped) await begin();
  expect(playing.length).toBeGreaterThan(21);
  for (const { end, text: heard } of await Promise.all(playing)) expect([end.kind, heard]).toEqual(["complete", text]);
});
