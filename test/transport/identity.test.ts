import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Config } from "../../src/config.ts";
import type { WireError } from "../../src/contract/errors.ts";
import { BareSocket, commandFrame, openBare } from "../support/bare.ts";
import { openCustomer, TestCustomer } from "../support/customer.ts";
import { openTestServer, secret } from "../support/server.ts";

const otherSecret = "another secret for tests that is to be rotated in";
const nowSeconds = () => Math.floor(Date.now() / 1_000);

const hmac = (key: string) => (input: string) => createHmac("sha256", key).update(input).digest("base64url");

/** A token as a shop signs it. */
function sign(claims: object, key = secret): string {
  return forge({ alg: "HS256" }, claims, hmac(key));
}

/** A token put together by hand, for headers that no library would write. */
function forge(header: object, claims: object, signature: (input: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${signature(input)}`;
}

/** Why the handshake was refused. */
async function refusalOf(
  url: string,
  auth: { token?: string; guestToken?: string },
  extraHeaders: Record<string, string> = {},
): Promise<WireError> {
  await using customer = new TestCustomer(url, { auth, extraHeaders });
  const thrown: unknown = await customer.connected().catch((error: unknown) => error);
  if (thrown instanceof Error && "data" in thrown) return thrown.data as WireError; // CAST: what the server sends
  throw new Error(`not refused by the server: ${thrown}`);
}

describe("guests", () => {
  test("X1: a newcomer becomes a guest and gets a token that leads back to the conversation", async () => {
    await using server = await openTestServer();
    await using first = await openCustomer(server.url);
    await using again = await openCustomer(server.url, { guestToken: first.opened.guestToken ?? "" });
    expect(first.opened.class).toBe("guest");
    expect(again.opened.conversationId).toBe(first.opened.conversationId);
    expect(again.opened).not.toHaveProperty("guestToken");
  });

  test("X1: a guest token in the place of the shop's keeps its bearer a guest", async () => {
    await using server = await openTestServer();
    await using first = await openCustomer(server.url);
    await using again = await openCustomer(server.url, { token: first.opened.guestToken ?? "" });
    expect(again.opened).toMatchObject({ class: "guest", conversationId: first.opened.conversationId });
  });

  test.for([
    ["no token at all", "garbage"],
    ["signed by somebody else", sign({ sub: "guest:x", aud: "tidegate:guest" }, otherSecret)],
    ["a shop token", sign({ sub: "u1", exp: nowSeconds() + 600 })],
    ["expired", sign({ sub: "guest:x", aud: "tidegate:guest", exp: nowSeconds() - 600 })],
  ])("X1: a guest token that is %s makes a new guest", async ([, guestToken]) => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url, { guestToken: guestToken ?? "" });
    expect(customer.opened.class).toBe("guest");
    expect(customer.opened.guestToken).toBeTypeOf("string");
  });
});

describe("tokens of the shop", () => {
  test("X1: the class comes from the token", async () => {
    await using server = await openTestServer();
    await using vip = await openCustomer(server.url, { token: sign({ sub: "u1", class: "vip" }) });
    await using plain = await openCustomer(server.url, { token: sign({ sub: "u2" }) });
    expect([vip.opened.class, plain.opened.class]).toEqual(["vip", "member"]);
  });

  test("X1: nothing in a payload changes who is calling", async () => {
    await using server = await openTestServer();
    await using customer = await new TestCustomer(server.url).connected();
    const claims = { class: "vip", customerId: "u1", sub: "u1", role: "agent" };
    expect(await customer.ask("conversation:open", claims as object)).toMatchObject({ class: "guest" });
  });

  test("X1: one customer has one conversation, from whichever device", async () => {
    await using server = await openTestServer();
    await using phone = await openCustomer(server.url, { token: sign({ sub: "u1" }) });
    await using desk = await openCustomer(server.url, { token: sign({ sub: "u1", class: "vip" }) });
    expect(desk.opened.conversationId).toBe(phone.opened.conversationId);
  });

  test("X1: while secrets are rotated, tokens of both are good and the first signs", async () => {
    await using server = await openTestServer({ env: { AUTH_SECRET: `${otherSecret},${secret}` } });
    for (const key of [secret, otherSecret]) {
      await using customer = await openCustomer(server.url, { token: sign({ sub: "u1" }, key) });
      expect(customer.opened.class).toBe("member");
    }
    await using guest = await openCustomer(server.url);
    await using next = await openTestServer({ env: { AUTH_SECRET: otherSecret } });
    await using later = await openCustomer(next.url, { guestToken: guest.opened.guestToken ?? "" });
    expect(later.opened).not.toHaveProperty("guestToken");
  });

  test("X1: an expired token is refused as such, so that the page can fetch a fresh one", async () => {
    await using server = await openTestServer();
    const token = sign({ sub: "u1", exp: nowSeconds() - 60 });
    expect(await refusalOf(server.url, { token })).toMatchObject({ code: "token-expired", retryable: false });
  });

  test.for([
    ["without a signature", forge({ alg: "none" }, { sub: "u1" }, () => "")],
    ["with alg None and a signature", forge({ alg: "None" }, { sub: "u1" }, hmac(secret))],
    ["signed by another secret", sign({ sub: "u1" }, otherSecret)],
    ["signed by an empty secret", forge({ alg: "HS256" }, { sub: "u1" }, hmac(""))],
    ["with HS512 in its header", forge({ alg: "HS512" }, { sub: "u1" }, hmac(secret))],
    ["with an unknown critical header", forge({ alg: "HS256", crit: ["x"], x: 1 }, { sub: "u1" }, hmac(secret))],
    ["without sub", sign({ class: "vip" })],
    ["with an unknown class", sign({ sub: "u1", class: "emperor" })],
    ["with an unknown role", sign({ sub: "u1", role: "root" })],
    ["with a sub that is no string", forge({ alg: "HS256" }, { sub: 7 }, hmac(secret))],
    ["cut in half", sign({ sub: "u1" }).slice(0, 40)],
    ["garbage", "garbage"],
    ["dots", ".."],
    ["a long word", "x".repeat(8_000)],
  ])("X1: a token %s is refused as unauthenticated", async ([, token]) => {
    await using server = await openTestServer();
    expect(await refusalOf(server.url, { token: token ?? "" })).toMatchObject({ code: "unauthenticated" });
    expect(server.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test.for(["agent", "operator"])("X1: the role %s is refused where customers connect", async (role) => {
    await using server = await openTestServer();
    const token = sign({ sub: "a1", role });
    expect(await refusalOf(server.url, { token })).toMatchObject({ code: "forbidden" });
  });

  describe("on a moving clock", () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    test("X1: a token that ends while its bearer is connected ends what its bearer may do", async () => {
      await using server = await openTestServer();
      await using customer = await openBare(server.url, { token: sign({ sub: "u1", exp: nowSeconds() + 600 }) });
      const command = (ack: number) => {
        const reply = customer.frame(`43${ack}[`);
        customer.send(commandFrame(ack, "conversation:open", {}));
        return reply;
      };
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 605_000 });
      expect(await command(1)).toContain('"ok":true');
      vi.setSystemTime(Date.now() + 10_000);
      expect(await command(2)).toContain('"code":"token-expired"');
    });
  });
});

describe("keys that the shop publishes", () => {
  test.for(["RS256", "ES256", "EdDSA"])("X1: a token signed with %s is good", async (alg) => {
    await using keys = await openKeys(alg);
    await using server = await openTestServer({ env: { AUTH_JWKS_URL: keys.url } });
    await using customer = await openCustomer(server.url, { token: await keys.sign({ sub: "u1", class: "vip" }) });
    expect(customer.opened.class).toBe("vip");
  });

  test("X1: the shop's secret stays good beside published keys, and guests stay guests", async () => {
    await using keys = await openKeys("RS256");
    await using server = await openTestServer({ env: { AUTH_JWKS_URL: keys.url } });
    await using customer = await openCustomer(server.url, { token: sign({ sub: "u1" }) });
    await using guest = await openCustomer(server.url);
    expect([customer.opened.class, guest.opened.class]).toEqual(["member", "guest"]);
  });

  test("X1: a token signed by HS256 with the published key as the secret is refused", async () => {
    await using keys = await openKeys("RS256");
    await using server = await openTestServer({ env: { AUTH_JWKS_URL: keys.url } });
    const token = sign({ sub: "u1", class: "vip" }, keys.pem);
    expect(await refusalOf(server.url, { token })).toMatchObject({ code: "unauthenticated" });
  });

  test("X1: a token of a key that is not published is refused", async () => {
    await using keys = await openKeys("RS256");
    await using others = await openKeys("RS256");
    await using server = await openTestServer({ env: { AUTH_JWKS_URL: keys.url } });
    const token = await others.sign({ sub: "u1" });
    expect(await refusalOf(server.url, { token })).toMatchObject({ code: "unauthenticated" });
  });

  test("X1: an expired token of a published key is refused as expired", async () => {
    await using keys = await openKeys("ES256");
    await using server = await openTestServer({ env: { AUTH_JWKS_URL: keys.url } });
    const token = await keys.sign({ sub: "u1", exp: nowSeconds() - 60 });
    expect(await refusalOf(server.url, { token })).toMatchObject({ code: "token-expired" });
  });

  test("X1: keys that cannot be fetched are no fault of the token: try again", async () => {
    const keys = await openKeys("RS256");
    await using server = await openTestServer({ env: { AUTH_JWKS_URL: keys.url } });
    const token = await keys.sign({ sub: "u1" });
    await keys[Symbol.asyncDispose]();
    expect(await refusalOf(server.url, { token })).toMatchObject({ code: "unavailable", retryable: true });
  });

  test("X1: an error page in the place of the keys is no fault of the token either", async () => {
    await using keys = await openKeys("RS256");
    await using server = await openTestServer({ env: { AUTH_JWKS_URL: `${keys.url}/elsewhere` } });
    const token = await keys.sign({ sub: "u1" });
    expect(await refusalOf(server.url, { token })).toMatchObject({ code: "unavailable" });
  });
});

describe("origins", () => {
  const connect = (url: string, headers: Record<string, string>) => openCustomer(url, {}, { extraHeaders: headers });
  const allowed = { ALLOWED_ORIGINS: "https://shop.example, https://m.shop.example/" };

  test.for(["https://shop.example", "https://m.shop.example"])("X2: a page of %s may connect", async (origin) => {
    await using server = await openTestServer({ env: allowed });
    await using customer = await connect(server.url, { origin });
    expect(customer.socket.connected).toBe(true);
  });

  test.for([
    "https://evil.example",
    "http://shop.example",
    "https://shop.example.evil.example",
    "https://shop.example:8443",
    "null",
    "shop.example",
  ])("X2: a page of %s may not", async (origin) => {
    await using server = await openTestServer({ env: allowed });
    expect(await refusalOf(server.url, {}, { origin })).toMatchObject({ code: "origin-refused" });
  });

  test("X2: the server's own pages may connect, and programs that send no origin", async () => {
    await using server = await openTestServer();
    await using page = await connect(server.url, { origin: server.url });
    await using program = await openCustomer(server.url);
    expect([page.socket.connected, program.socket.connected]).toEqual([true, true]);
  });

  test.for([
    { host: "evil.example:3000", origin: "http://evil.example:3000" },
    { host: "evil.example:3000" },
    { host: "127.0.0.1.evil.example" },
  ])("X6: a demonstration is no neighbour of a page that calls it $host", async (headers) => {
    await using server = await openTestServer({ env: { AUTH_SECRET: "" } });
    expect(await refusalOf(server.url, {}, headers)).toMatchObject({ code: "origin-refused" });
  });

  test("X6: a demonstration answers to the names of this machine, and of the pages that are allowed", async () => {
    await using server = await openTestServer({ env: { AUTH_SECRET: "", ALLOWED_ORIGINS: "https://demo.example" } });
    for (const host of ["localhost:3000", "[::1]:3000", "demo.example"]) {
      await using customer = await connect(server.url, { host });
      expect(customer.socket.connected).toBe(true);
    }
  });

  test("X2: a star lets every page connect", async () => {
    await using server = await openTestServer({ env: { ALLOWED_ORIGINS: "*" } });
    await using customer = await connect(server.url, { origin: "https://anywhere.example" });
    expect(customer.socket.connected).toBe(true);
  });
});

describe("connections of one address", () => {
  const strict = (proxies: string) => ({
    env: { TRUSTED_PROXIES: proxies },
    config: (config: Config): Config => {
      const limits = { ...config.limits, connectionsPerSecond: 1, connectionsBurst: 3 };
      return { ...config, limits };
    },
  });

  /** The status of each of the handshakes, one after the other. */
  async function handshakes(url: string, count: number, headers: (at: number) => Record<string, string>, query = "") {
    const statuses: number[] = [];
    for (let at = 0; at < count; at++) {
      const path = `${url}/socket.io/?EIO=4&transport=polling${query}`;
      statuses.push((await fetch(path, { headers: headers(at) })).status);
    }
    return statuses;
  }

  test("X2: beyond the burst they are refused before anything is spent on them", async () => {
    await using server = await openTestServer(strict("0"));
    expect(await handshakes(server.url, 5, () => ({}))).toEqual([200, 200, 200, 403, 403]);
  });

  test("X2: a query that only looks like that of an open connection does not help", async () => {
    await using server = await openTestServer(strict("0"));
    expect(await handshakes(server.url, 4, () => ({}), "&nosid=1&x=sid=1")).toEqual([200, 200, 200, 403]);
  });

  test("X2: an X-Forwarded-For that nobody vouches for does not help", async () => {
    await using server = await openTestServer(strict("0"));
    const statuses = await handshakes(server.url, 4, (at) => ({ "x-forwarded-for": `10.0.0.${at}` }));
    expect(statuses).toEqual([200, 200, 200, 403]);
  });

  test("X2: behind a trusted proxy each client has its own rate", async () => {
    await using server = await openTestServer(strict("1"));
    const statuses = await handshakes(server.url, 6, (at) => ({ "x-forwarded-for": `10.0.0.${at}` }));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
  });

  test("X2: what a client writes before the trusted proxy's own entry does not help", async () => {
    await using server = await openTestServer(strict("1"));
    const statuses = await handshakes(server.url, 4, (at) => ({ "x-forwarded-for": `10.0.0.${at}, 10.9.9.9` }));
    expect(statuses).toEqual([200, 200, 200, 403]);
  });

  test("X2: a WebSocket is counted like any other connection", async () => {
    await using server = await openTestServer(strict("0"));
    await handshakes(server.url, 3, () => ({}));
    await using late = new BareSocket(server.url);
    await expect(late.frame("0{")).rejects.toThrow("closed");
  });
});

interface Keys extends AsyncDisposable {
  readonly url: string;
  readonly pem: string;
  sign(claims: JWTPayload): Promise<string>;
}

/** A shop that publishes one key, over HTTP. */
async function openKeys(alg: string): Promise<Keys> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg, use: "sig" }] };
  const server = createServer((request, response) => {
    if (request.url !== "/jwks.json") return response.writeHead(500).end("<h1>Sorry</h1>");
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // CAST: a server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks.json`,
    pem: await exportSPKI(publicKey),
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg, kid: "k1" }).sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
