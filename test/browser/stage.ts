import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { Message, Notice } from "../../src/contract/shapes.ts";
import { nextTime, scriptedServer } from "../client/chat-server.ts";
import { openVisitor, type VisitOptions, type Visitor } from "./visitor.ts";

const dist = join(import.meta.dirname, "../../client/dist");
/** The lines of docs/widget.md, pictures of the shop, and for the rest the strictest that there is. */
const policy =
  "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; script-src 'self'; " +
  "connect-src 'self'; img-src https://img.example";

export interface StageOptions extends VisitOptions {
  /** Attributes of the page's `<html>`, and of the script tag. */
  readonly html?: string;
  readonly tag?: string;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** A page with the built widget, and a server that says what the test tells it: for what only agents and tools bring about. */
export async function openStage(browser: Browser, { html = "", tag = "", ...options }: StageOptions = {}) {
  const server = await scriptedServer((request, response) => void serve(request, response, html, tag));
  const customer = await openVisitor({ browser, url: server.url }, options);
  return { server, customer };
}

async function serve({ url = "/" }: IncomingMessage, response: ServerResponse, html: string, tag: string) {
  if (url === "/") {
    response.setHeader("content-security-policy", policy);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html ${html}><title>店</title><meta name="viewport" content="width=device-width"><body><main><h1>店</h1></main>
      <script src="/widget.js" ${tag}></script>`);
    return;
  }
  const content = await readFile(join(dist, url.replace(/\?.*|\.\./g, ""))).catch(() => null);
  if (!content) response.statusCode = 404;
  else response.setHeader("content-type", "text/javascript");
  response.end(content);
}

/** A system line of that kind. */
export const notice = (kind: Notice["kind"], name?: string): Message => ({
  messageId: `n-${nextTime()}`,
  author: "system",
  text: `server's words for ${kind}`,
  at: Date.now() + nextTime(),
  notice: { kind, ...(name !== undefined && { name }) },
});

export const agentSays = (text: string, name = "李雷"): Message => ({
  messageId: `p-${nextTime()}`,
  author: "agent",
  name,
  text,
  at: Date.now() + nextTime(),
});

/** Asks, and gives the turn that the answer goes by. */
export async function asked({ server, customer }: { server: Stage["server"]; customer: Visitor }, text: string) {
  const before = server.told("message:send").length;
  await customer.ask(text);
  await server.commandsOf("message:send", before + 1);
  return `turn-${server.told("message:send").at(-1)?.messageId.slice(0, 8)}`;
}
