// A relay in a process of its own that sends an answer's first text in the same moment as its headers.
import { once } from "node:events";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";

interface Given {
  readonly certificate: { readonly key: string; readonly cert: string };
  readonly first: string;
  readonly last: string;
}

const [{ certificate, first, last }] = (await once(process, "message")) as [Given];
const server = createSecureServer(certificate);
server.on("stream", (stream) => {
  stream.on("error", () => {}).resume();
  stream.once("end", () => {
    stream.respond({ ":status": 200, "content-type": "text/event-stream" });
    stream.write(first);
    setTimeout(() => stream.destroyed || stream.end(last), Math.random() * 15);
  });
});
// CAST: a server that listens on a port has an address with one.
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit(0));
