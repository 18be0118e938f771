import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { openAgain, openCustomer } from "../support/customer.ts";
import { generous, openTestServer, secret } from "../support/server.ts";

const long = (chars: number) => `[[sim: long chars=${chars}]]`;
const json = { "content-type": "application/json" };

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${url}/api/chat`, { method: "POST", headers: { ...json, ...headers }, body: text });
}

interface Event {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: facts of every kind; tests look at what they asked for
  readonly data: any;
}

/** All events of a stream that ended. */
async function eventsOf(response: Response): Promise<Event[]> {
  const blocks = (await response.text()).split("\n\n").filter((block) => block.startsWith("event: "));
  return blocks.map((block) => {
    const [, name = "", data = ""] = /^event: (\S+)\ndata: (.*)$/s.exec(block) ?? [];
    return { name, data: JSON.parse(data) };
  });
}

const stream = { accept: "text/event-stream" };

describe("POST /api/chat", () => {
  test("S5: answers with JSON when the answer has ended", async () => {
    await using server = await openTestServer();
    const response = await post(server.url, { text: long(100), messageId: "m1" });
    const { ok, result } = await response.json();
    expect({ ok, status: response.status }).toEqual({ ok: true, status: 200 });
    expect(result).toMatchObject({ outcome: "completed", message: { author: "assistant", outcome: "completed" } });
    expect(result.message.text).toHaveLength(100);
    expect(result.guestToken).toBeTypeOf("string");
  });

  test("S11: the event stream carries the facts of a socket", async () => {
    await using server = await openTestServer();
    await using page = await openCustomer(server.url);
    const bearer = { authorization: `Bearer ${page.opened.guestToken}` };
    const events = await eventsOf(await post(server.url, { text: long(300) }, { ...stream, ...bearer }));
    await page.fact("turn:ended");
    const [accepted, ...facts] = events;
    expect(accepted?.name).toBe("message:accepted");
    const rest = (name: string) => page.facts.filter((fact) => fact.name === name).map(({ payload }) => payload);
    for (const name of ["message:added", "turn:started", "turn:ended"]) {
      expect(facts.filter((fact) => fact.name === name).map(({ data }) => data)).toEqual(rest(name));
    }
    expect(textOf(facts)).toBe(page.exactTextOf(accepted?.data.turnId));
  });

  test("S1: the event stream brings text while the answer is written", async () => {
    await using server = await openTestServer();
    const response = await post(server.url, { text: "[[sim: long chars=400; stall after=5]]" }, stream);
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("turn:delta")) seen += (await reader.read()).value;
    expect(seen).not.toContain("turn:ended");
    await reader.cancel();
  });

  test("S10: a client that goes away in mid-answer stops nothing", async () => {
    await using server = await openTestServer({
      simulator: { pace: { firstTokenMs: 1, deltaMs: 4, deltaChars: 10 } },
    });
    await using page = await openCustomer(server.url);
    const gone = new AbortController();
    const headers = { ...json, ...stream, authorization: `Bearer ${page.opened.guestToken}` };
    const body = JSON.stringify({ text: long(600) });
    const response = await fetch(`${server.url}/api/chat`, { method: "POST", headers, body, signal: gone.signal });
    await page.fact("turn:delta");
    gone.abort();
    expect(await page.fact("turn:ended")).toMatchObject({ outcome: "completed" });
    await expect(response.text()).rejects.toThrow();
  });

  test("C2: the same messageId again, during the answer and after it, gives the same end", async () => {
    await using server = await openTestServer();
    await using page = await openCustomer(server.url);
    const bearer = { authorization: `Bearer ${page.opened.guestToken}` };
    const ask = async () => (await post(server.url, { text: long(200), messageId: "m1" }, bearer)).json();
    const during = await Promise.all([ask(), ask(), ask()]);
    const after = await ask();
    for (const { result } of during) expect(result).toEqual(after.result);
    expect(await server.requests()).toHaveLength(1);
  });

  test("C2: an event stream of a question that was answered already brings it and its end at once", async () => {
    await using server = await openTestServer();
    await using page = await openCustomer(server.url);
    const bearer = { authorization: `Bearer ${page.opened.guestToken}` };
    await post(server.url, { text: "你好", messageId: "m1" }, bearer);
    const events = await eventsOf(await post(server.url, { text: "你好", messageId: "m1" }, { ...bearer, ...stream }));
    expect(events.map(({ name }) => name)).toEqual(["message:accepted", "message:added", "turn:ended"]);
  });

  test("C2: an id that was used for another text is a conflict, on an event stream too", async () => {
    await using server = await openTestServer();
    await using page = await openCustomer(server.url);
    const bearer = { authorization: `Bearer ${page.opened.guestToken}` };
    await post(server.url, { text: "你好", messageId: "m1" }, bearer);
    const response = await post(server.url, { text: "再见", messageId: "m1" }, { ...bearer, ...stream });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ ok: false, error: { code: "message-conflict" } });
  });

  test("S10: stopping on a socket ends the answer over HTTP as well", async () => {
    await using server = await openTestServer();
    await using page = await openCustomer(server.url);
    await using other = await openAgain(server.url, page);
    const bearer = { authorization: `Bearer ${page.opened.guestToken}` };
    const answer = post(server.url, { text: "[[sim: long chars=400; stall after=5]]" }, bearer);
    const { turnId } = await page.fact("turn:delta");
    await other.ask("turn:stop", { turnId });
    expect((await (await answer).json()).result).toMatchObject({ turnId, outcome: "stopped" });
  });

  test("U3: a failed answer is told with its error", async () => {
    await using server = await openTestServer();
    await server.misbehave({ kind: "bad-key", times: "all" });
    const { ok, result } = await (await post(server.url, { text: "你好" })).json();
    expect({ ok, outcome: result.outcome }).toEqual({ ok: true, outcome: "failed" });
    expect(result.error.code).toBe("assistant-unavailable");
  });
});

describe("refusals over HTTP", () => {
  test.for([
    { name: "bad JSON", body: "{", status: 400, code: "bad-request" },
    { name: "no body", body: "", status: 400, code: "bad-request" },
    { name: "a body that is no object", body: '"hello"', status: 400, code: "bad-request" },
    { name: "no text", body: "{}", status: 400, code: "bad-request" },
    { name: "an empty text", body: '{"text":" \\u0000 "}', status: 400, code: "bad-request" },
    { name: "a text too long", body: JSON.stringify({ text: "x".repeat(4_001) }), status: 400, code: "bad-request" },
    { name: "a poisoned key", body: '{"text":"x","__proto__":{"a":1}}', status: 400, code: "bad-request" },
    {
      name: "a body too large",
      body: JSON.stringify({ text: "x", more: "x".repeat(20_000) }),
      status: 413,
      code: "too-large",
    },
  ])("X3: $name is refused and changes nothing", async ({ body, status, code }) => {
    await using server = await openTestServer();
    const response = await post(server.url, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ ok: false, error: { code, message: expect.any(String) } });
    expect(server.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test.for([
    {
      name: "another content type",
      path: "/api/chat",
      init: { method: "POST", headers: { "content-type": "application/xml" }, body: "<a/>" },
      status: 415,
    },
    { name: "an unknown path", path: "/nothing/here", init: {}, status: 404 },
    { name: "an unknown path below the API", path: "/api/nothing", init: { method: "POST" }, status: 404 },
    { name: "another method", path: "/api/chat", init: { method: "GET" }, status: 405 },
    { name: "a method that changes things", path: "/api/chat", init: { method: "DELETE" }, status: 405 },
  ])("X3: $name gets its status and the usual shape", async ({ path, init, status }) => {
    await using server = await openTestServer();
    const response = await fetch(`${server.url}${path}`, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ ok: false, error: { code: expect.any(String) } });
  });

  test("X3: an address that cannot be read is refused in the usual shape, and nothing is taken for a page", async () => {
    await using server = await openTestServer();
    const [head = "", body = ""] = (await rawGet(server.url, "/%ff")).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(body)).toMatchObject({ ok: false, error: { code: "bad-request", message: expect.any(String) } });
    for (const path of ["/healthz", "/nothing"])
      expect((await fetch(server.url + path)).headers.get("x-content-type-options")).toBe("nosniff");
  });

  test.for([
    { name: "garbage", authorization: "Bearer garbage" },
    { name: "another scheme", authorization: "Basic dTpw" },
    { name: "nothing behind it", authorization: "Bearer " },
  ])("X1: an authorization header with $name is refused", async ({ authorization }) => {
    await using server = await openTestServer();
    const response = await post(server.url, { text: "你好" }, { authorization });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: "unauthenticated" } });
  });

  test("X2: too many questions get 429 and the time to wait", async () => {
    await using server = await openTestServer({
      config: (config) => ({ ...config, limits: { ...config.limits, messagesBurst: 1 } }),
    });
    await using page = await openCustomer(server.url);
    const bearer = { authorization: `Bearer ${page.opened.guestToken}` };
    await post(server.url, { text: "一" }, bearer);
    const response = await post(server.url, { text: "二" }, bearer);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("N3: a node that shuts down refuses with 503 and the time to wait", async () => {
    await using server = await openTestServer();
    await using page = await openCustomer(server.url);
    await page.begin("[[sim: long chars=400; stall after=5]]");
    const closed = server.app.close();
    const response = await post(server.url, { text: "你好" });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject({ error: { code: "draining", retryAfterMs: 1_000 } });
    await closed;
  });

  test("X3: what is no HTTP at all ends its own connection only", async () => {
    await using server = await openTestServer();
    const { hostname, port } = new URL(server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write("\x16\x03\x01 hello\r\n\r\n"));
      socket.resume().once("close", () => resolve());
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});

describe("pages of other origins", () => {
  const env = { ALLOWED_ORIGINS: "https://shop.example" };

  test("X2: the preflight of an allowed page is granted", async () => {
    await using server = await openTestServer({ env });
    const headers = { origin: "https://shop.example", "access-control-request-method": "POST" };
    const response = await fetch(`${server.url}/api/chat`, { method: "OPTIONS", headers });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
  });

  test.for(["OPTIONS", "POST"])("X2: %s from any other page is refused", async (method) => {
    await using server = await openTestServer({ env });
    const origin = "https://evil.example";
    const question = { headers: { ...json, origin }, body: '{"text":"你好"}' };
    const init = method === "POST" ? question : { headers: { origin } };
    const response = await fetch(`${server.url}/api/chat`, { method, ...init });
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(await server.requests()).toEqual([]);
  });

  test("X2: a page may read why it was refused", async () => {
    await using server = await openTestServer({ env });
    const response = await post(server.url, "{}", { origin: "https://shop.example" });
    expect(response.status).toBe(400);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  });
});

describe("probes and pages", () => {
  test("N5: the node says that it lives and that it is ready", async () => {
    await using server = await openTestServer();
    for (const path of ["/healthz", "/readyz"]) {
      const response = await fetch(server.url + path);
      expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  test("X4: the pages run under a strict policy", async () => {
    await using server = await openTestServer();
    const response = await fetch(`${server.url}/`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("the widget may be loaded by any page, is found fresh, and comes compressed", async () => {
    await using server = await openTestServer();
    const response = await fetch(`${server.url}/widget.js`, { headers: { "accept-encoding": "br" } });
    const header = (name: string) => response.headers.get(name);
    expect(response.status).toBe(200);
    expect(header("content-encoding")).toBe("br");
    expect(header("access-control-allow-origin")).toBe("*");
    expect(header("cache-control")).toBe("public, max-age=300");
    expect(await response.text()).not.toBe("");
  });

  test("what carries its version in its name is kept for good", async () => {
    await using server = await openTestServer();
    const [asset] = readdirSync(new URL("../../client/dist/assets", import.meta.url)).filter((name) =>
      name.endsWith(".js"),
    );
    const response = await fetch(`${server.url}/assets/${asset}`);
    expect(response.headers.get("cache-control")).toContain("immutable");
  });

  test.for([
    "/../package.json",
    "/..%2fpackage.json",
    "/%2e%2e/package.json",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/..\\..\\package.json",
    "/%00",
    "/%ff",
    "/assets/../../src/main.ts",
    "//etc/passwd",
  ])("X3: the path %s leads nowhere", async (path) => {
    await using server = await openTestServer();
    const response = await rawGet(server.url, path);
    expect(response).toMatch(/^HTTP\/1\.1 40[034] /);
    expect(response).not.toContain(secret);
    expect(response).not.toContain("tidegate");
    expect(server.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

/** A GET whose path no client tidies up. */
async function rawGet(url: string, path: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let response = "";
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    socket.on("data", (data) => {
      response += data;
    });
    socket.once("close", () => resolve(response));
  });
}

test("S9: a hundred questions leave no viewer behind", async () => {
  await using server = await openTestServer({ config: generous });
  await using page = await openCustomer(server.url);
  const bearer = { authorization: `Bearer ${page.opened.guestToken}` };
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 20 }, (_, at) => post(server.url, { text: `${round} ${at}` }, bearer)));
  }
  const { turnId, message } = await page.answerTo(long(100));
  await vi.waitFor(() => expect(page.exactTextOf(turnId)).toBe(message?.text));
});

function textOf(facts: readonly Event[]): string {
  const deltas = facts.filter(({ name }) => name === "turn:delta");
  return deltas.map(({ data }) => data.text).join("");
}
