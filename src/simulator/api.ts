import { authenticate, authOf, checkVersion, readJson } from "./door.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { failures, Refused } from "./failures.ts";
import type { Entry } from "./journal.ts";
import { answerMessages } from "./messages.ts";
import { describeModel, listModels, requireModel } from "./models.ts";
import type { Relay } from "./relay.ts";
import { promptShape } from "./request.ts";
import { promptTokens } from "./usage.ts";
import { checkPrompt, parseBody } from "./validation.ts";

type Handler = (relay: Relay, exchange: Exchange) => void | Promise<void>;

const modelPath = "/v1/models/";
const maxJournalBytes = 64 * 1024;

/** The Messages API. A path that ends in a slash takes one more name. */
export const apiRoutes: Readonly<Record<string, Handler>> = {
  "POST /v1/messages": recordMessages,
  async "POST /v1/messages/count_tokens"(relay, exchange) {
    admit(relay, exchange);
    const prompt = parseBody(promptShape, (await readJson(exchange.request)).body);
    checkPrompt(prompt, requireModel(prompt.model));
    sendJson(exchange, 200, { input_tokens: promptTokens(prompt) }, exchange.headers);
  },
  "GET /v1/models"(relay, exchange) {
    admit(relay, exchange);
    sendJson(exchange, 200, listModels(exchange.url.searchParams));
  },
  [`GET ${modelPath}`](relay, exchange) {
    admit(relay, exchange);
    sendJson(
      exchange,
      200,
      describeModel(requireModel(decodeURIComponent(exchange.url.pathname.slice(modelPath.length)))),
    );
  },
};

function admit(relay: Relay, { request }: Exchange): string {
  const account = authenticate(request.headers, relay.keys);
  checkVersion(request.headers, relay.versions);
  return account;
}

/** Every request to the Messages API is on record, those refused at the door too. */
async function recordMessages(relay: Relay, exchange: Exchange): Promise<void> {
  const entry = relay.journal.add(openEntry(exchange));
  try {
    const account = admit(relay, exchange);
    const { body, bytes } = await readJson(exchange.request);
    note(entry, body, bytes);
    answerMessages(relay, exchange, entry, account, body);
  } catch (error) {
    entry.state = "refused";
    entry.status = error instanceof Refused ? error.failure.status : failures["api-error"].status;
    entry.endedAt = Date.now();
    throw error;
  }
}

function openEntry({ request, requestId, url }: Exchange): Entry {
  return {
    ...{ id: requestId, at: Date.now(), path: url.pathname },
    headerNames: Object.keys(request.headers),
    version: String(request.headers["anthropic-version"] ?? "") || null,
    auth: authOf(request.headers),
    ...{ model: null, maxTokens: null, stream: false, body: null, status: null, state: "open", phase: null },
    ...{ deltas: 0, firstDeltaAt: null, endedAt: null },
  };
}

function note(entry: Entry, body: unknown, bytes: number): void {
  if (bytes <= maxJournalBytes) entry.body = body;
  if (typeof body !== "object" || body === null) return;
  const { model, max_tokens, stream }: { model?: unknown; max_tokens?: unknown; stream?: unknown } = body;
  entry.model = typeof model === "string" ? model : null;
  entry.maxTokens = typeof max_tokens === "number" ? max_tokens : null;
  entry.stream = stream === true;
}
