import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { countedAs } from "../../src/transport/origins.ts";
import { BareSocket } from "../support/bare.ts";
import { openTestServer, type TestServerOptions } from "../support/server.ts";

const atMost = (connectionsPerAddress: number, proxies = "0"): TestServerOptions => ({
  env: { TRUSTED_PROXIES: proxies },
  config: (config: Config): Config => ({ ...config, limits: { ...config.limits, connectionsPerAddress } }),
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["203.0.113.7:51234", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["[2001:DB8:1:2::9]:443", "2001:db8:1:2::/64"],
  ["2001:0db8::5", "2001:db8:0:0::/64"],
  ["1::4:5:6:7:8", "1:0:0:4::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["unknown", "unknown"],
])("X2 the address %s counts as %s", (address, counted) => {
  expect(countedAs(address)).toBe(counted);
});

/** A connection on which half a request is said, from an address of this machine. */
async function halfSaid(url: string, localAddress: string): Promise<Socket> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), localAddress }).on("error", () => {});
  await once(socket, "connect");
  socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n");
  return socket;
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

test("X2 one address holds no more connections than allowed, whatever is said on them, and others are not disturbed", async () => {
  await using server = await openTestServer(atMost(3));
  await using stack = new AsyncDisposableStack();
  const held = [1, 2, 3].map(() => halfSaid(server.url, "127.0.0.2"));
  for (const socket of await Promise.all(held)) stack.defer(() => void socket.destroy());
  await gone(await halfSaid(server.url, "127.0.0.2"));
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const [first] = await Promise.all(held);
  if (first) await gone(first.end("\r\n").resume());
  const again = await halfSaid(server.url, "127.0.0.2");
  again.write("Connection: close\r\n\r\n");
  expect(String(await once(again, "data"))).toMatch(/^HTTP\/1\.1 200 /);
});

test("X2 one address makes twice as many connections of any kind as sockets; others end without a word, and no other address is disturbed", async () => {
  const limits = { connectionsPerSecond: 0.1, connectionsBurst: 2 };
  await using server = await openTestServer({
    config: (config: Config): Config => ({ ...config, limits: { ...config.limits, ...limits } }),
  });
  const { port } = new URL(server.url);
  const said = async () => {
    const socket = connect({ host: "127.0.0.1", port: Number(port), localAddress: "127.0.0.3" });
    let heard = "";
    socket
      .on("error", () => {})
      .on("data", (data) => {
        heard += data;
      });
    socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await gone(socket);
    return heard.slice(0, 12);
  };
  const served = "HTTP/1.1 200";
  const all: string[] = [];
  for (let at = 0; at < 6; at++) all.push(await said());
  expect(all).toEqual([served, served, served, served, "", ""]);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("X2 behind a proxy the sockets of each address are counted that it names", async () => {
  await using server = await openTestServer(atMost(2, "1"));
  await using stack = new AsyncDisposableStack();
  const from = (address: string) => stack.use(new BareSocket(server.url, { "x-forwarded-for": address }));
  for (const _ of [1, 2]) await from("198.51.100.1").frame("0{");
  await expect(from("198.51.100.1").frame("0{")).rejects.toThrow("closed");
  await from("198.51.100.2").frame("0{");
});
