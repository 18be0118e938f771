import { z } from "zod";
import { type Exchange, sendJson } from "./exchange.ts";
import { faultShape } from "./faults.ts";
import { loadShape } from "./load.ts";
import type { Relay } from "./relay.ts";
import { parseBody } from "./validation.ts";

const faultsShape = z.union([faultShape.transform((fault) => [fault]), z.array(faultShape)]);

type Handler = (relay: Relay, exchange: Exchange, body: unknown) => void;

/** The endpoints tests steer the simulator with; no key is needed. Each answers with what is now in force. */
export const adminRoutes: Readonly<Record<string, Handler>> = {
  "GET /simulator": sendStatus,
  "GET /simulator/faults": sendFaults,
  "POST /simulator/faults"(relay, exchange, body) {
    relay.faults.set(parseBody(faultsShape, body));
    sendFaults(relay, exchange);
  },
  "DELETE /simulator/faults"(relay, exchange) {
    relay.faults.clear();
    sendFaults(relay, exchange);
  },
  "GET /simulator/load": sendLoad,
  "POST /simulator/load"(relay, exchange, body) {
    relay.load = parseBody(loadShape, body);
    sendLoad(relay, exchange);
  },
  "DELETE /simulator/load"(relay, exchange) {
    relay.load = loadShape.parse({});
    sendLoad(relay, exchange);
  },
  "GET /simulator/usage"(relay, exchange) {
    sendJson(exchange, 200, { models: relay.spending.list() });
  },
  "GET /simulator/requests": sendRequests,
  "DELETE /simulator/requests"(relay, exchange) {
    relay.journal.clear();
    sendRequests(relay, exchange);
  },
};

function sendFaults(relay: Relay, exchange: Exchange): void {
  sendJson(exchange, 200, { faults: relay.faults.list() });
}

function sendLoad(relay: Relay, exchange: Exchange): void {
  sendJson(exchange, 200, relay.load);
}

function sendRequests(relay: Relay, exchange: Exchange): void {
  sendJson(exchange, 200, { requests: relay.journal.recent() });
}

/** Counters since the start; `cpu` in microseconds of this process. */
function sendStatus(relay: Relay, exchange: Exchange): void {
  sendJson(exchange, 200, {
    simulator: "tidegate",
    openStreams: relay.openStreams,
    deltasWritten: relay.deltasWritten,
    cpu: process.cpuUsage(),
    rssBytes: process.memoryUsage.rss(),
  });
}
