import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { marks } from "./marks.ts";
import { nearlyValid } from "./twists.ts";

const methods = [
  "GET",
  "POST",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "PATCH",
  "TRACE",
  "PROPFIND",
  "QUERY",
  "get",
  "G ET",
  "",
  "X".repeat(300),
];
const routes = [
  "/",
  "/healthz",
  "/readyz",
  "/metrics",
  "/widget.js",
  "/console",
  "/dashboard",
  "/api/chat",
  "/assets/",
  "/socket.io/?EIO=4&transport=polling",
  "/socket.io/?EIO=4&transport=websocket",
  "/socket.io/?EIO=3&transport=polling",
  "/socket.io/?EIO=4&transport=polling&sid=__proto__",
  "/socket.io/?EIO=4&transport=constructor",
  "/socket.io/?EIO=4&EIO=4&transport=polling&transport=polling&sid[]=x",
  "/socket.io/?EIO=4&transport=webtransport",
  "/socket.io/../metrics",
  "/socket.io",
];
const detours = [
  "",
  "",
  "",
  "/../package.json",
  "/..%2f..%2f..%2fpackage.json",
  "/%2e%2e/%2e%2e/src/main.ts",
  "/..\\..\\package.json",
  "/....//....//etc/passwd",
  "/%252e%252e%252fpackage.json",
  "/%c0%ae%c0%ae/package.json",
  "%00",
  "%ff",
  "%",
  "%0d%0ax-injected:%201",
  "\r\nx-injected: 1",
  ";/../x",
  "//evil.example/%2f..",
  "?__proto__[polluted]=true&constructor[prototype][polluted]=true",
  "?a=%0d%0ax-injected:1",
  "#x",
  "/\u00ff\u00fe",
  `/${"a".repeat(15_000)}`,
  `?${"q=1&".repeat(3_000)}`,
];
const headers = [
  "Host: 127.0.0.1",
  "Host: evil.example",
  "Host: a\r\nHost: b",
  "Content-Type: application/json",
  "Content-Type: application/json; charset=utf-16",
  "Content-Type: text/plain",
  "Content-Type: application/x-www-form-urlencoded",
  "Content-Type: multipart/form-data; boundary=x",
  `Content-Type: application/json;${" ".repeat(3_000)}x`,
  `Content-Type: application/${"json;".repeat(500)}`,
  "Content-Encoding: gzip",
  "Content-Encoding: deflate",
  "Content-Encoding: br, gzip, gzip",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: chunked, identity",
  "Transfer-Encoding: xchunked",
  "Content-Length: 5",
  "Content-Length: 99999999999",
  "Content-Length: -1",
  "Content-Length: 1\r\nContent-Length: 2",
  "Origin: null",
  "Origin: https://evil.example",
  "Origin: http://127.0.0.1.evil.example",
  "Origin: HTTP://LOCALHOST",
  "Origin: \u00ff",
  "Authorization: Bearer",
  `Authorization: Bearer ${marks.token}`,
  "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwicm9sZSI6Im9wZXJhdG9yIn0.",
  "Authorization: Basic dTpw",
  `Authorization: Bearer ${"a.".repeat(4_000)}`,
  "Accept: text/event-stream",
  "Accept: */*",
  "Accept-Encoding: gzip, br;q=0.1, *;q=0",
  `Accept-Encoding: ${"br,".repeat(2_000)}`,
  "Range: bytes=0-0,1-1,2-2,-5",
  `Range: bytes=${"0-,".repeat(3_000)}`,
  "If-None-Match: *",
  "If-Modified-Since: yesterday",
  "Expect: 100-continue",
  "Expect: a miracle",
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x",
  "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
  "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_no_context_takeover",
  "X-Forwarded-For: 1.2.3.4, ::1, x",
  `X-Forwarded-For: ${"1.1.1.1,".repeat(1_500)}`,
  "X-HTTP-Method-Override: DELETE",
  `Cookie: ${"c=1; ".repeat(500)}`,
  "Access-Control-Request-Method: DELETE",
  "__proto__: polluted",
  "constructor: polluted",
  "No colon at all",
  " Folded: value",
  "Nul: \u0000",
  `Long: ${"x".repeat(20_000)}`,
];

const question = fc.constantFrom(
  `{"text":"[[sim: long chars=60; pace first=1 delta=1 chars=30]] ${marks.canary}"}`,
  `{"text":"${marks.canary}","messageId":"m1","page":{"url":"https://shop.example/?${marks.canary}"}}`,
);
const bomb = Buffer.alloc(4 * 1_048_576);
const bodies = fc.oneof(
  { weight: 4, arbitrary: question },
  { weight: 4, arbitrary: nearlyValid(question) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "",
      "{",
      "[]",
      "\ufeff{}",
      '{"text":"x","__proto__":{"polluted":true}}',
      '{"text":"x","constructor":{"prototype":{"polluted":true}}}',
      gzipSync(bomb).toString("latin1"),
      deflateSync(bomb).toString("latin1"),
      "5\r\nhello\r\n0\r\n\r\n",
      "ffffffffffffffff\r\nx",
      "5;ext=1\r\nhello\r\n0\r\nx-injected: 1\r\n\r\n",
      "0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
      '42["message:send",{}]',
      "2\u001e2\u001e40{}",
      `{"text":"${"x".repeat(17_000)}"}`,
      `${"[".repeat(8_000)}`,
    ),
  },
);

const versions = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "", "ICY"];

const lengthMark = "@length@";

/** A request as bytes, one character each, well-formed or not. */
export const request: fc.Arbitrary<string> = fc
  .record({
    method: fc.oneof({ weight: 3, arbitrary: fc.constantFrom("GET", "POST") }, fc.constantFrom(...methods)),
    route: fc.constantFrom(...routes),
    detour: fc.constantFrom(...detours),
    version: fc.constantFrom(...versions),
    headers: fc.array(fc.constantFrom(...headers), { maxLength: 5 }),
    isMeasured: fc.boolean(),
    body: bodies,
  })
  .map(({ method, route, detour, version, headers, isMeasured, body }) => {
    const hasBody = method !== "GET";
    const measured = isMeasured && hasBody ? [`Content-Length: ${lengthMark}`] : [];
    const head = [`${method} ${route}${detour} ${version}`, "Host: x", ...measured, ...headers, "Connection: close"];
    return `${head.join("\r\n")}\r\n\r\n${hasBody ? body : ""}`;
  });

/** A request as it is sent: the length of its body is known once everything else is filled in. */
export function measured(request: string): Buffer {
  const at = request.indexOf("\r\n\r\n");
  const length = at < 0 ? 0 : request.length - at - 4;
  return Buffer.from(request.replace(lengthMark, String(length)), "latin1");
}
