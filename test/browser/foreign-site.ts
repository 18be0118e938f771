import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Shown {
  /** The Content-Security-Policy, if any. */
  readonly policy?: string;
  readonly head?: string;
  readonly body?: string;
}

/** Another shop's page, under another name than the server's. */
export interface ForeignSite extends AsyncDisposable {
  readonly url: string;
  show(page: Shown): void;
}

export async function openForeignSite(): Promise<ForeignSite> {
  let shown: Shown = {};
  const server = createServer((request, response) => {
    if (request.url !== "/") {
      response.writeHead(204).end();
      return;
    }
    const { policy, head = "", body = "" } = shown;
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      ...(policy !== undefined && { "content-security-policy": policy }),
    });
    response.end(
      `<!doctype html><html lang="zh-CN"><title>别的店</title>${head}<body><div>店</div>${body}</body></html>`,
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: it listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    show(page) {
      shown = page;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
