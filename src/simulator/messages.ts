import { wishOf } from "./directive.ts";
import { type Exchange, sendPage } from "./exchange.ts";
import { Refused } from "./failures.ts";
import { type Fault, failureOf, faultOf } from "./faults.ts";
import type { Entry } from "./journal.ts";
import { checkCapacity } from "./load.ts";
import { requireModel } from "./models.ts";
import { overridePace, type Pace } from "./pace.ts";
import type { Relay } from "./relay.ts";
import { type Plan, planReply } from "./reply.ts";
import { type MessagesRequest, requestShape } from "./request.ts";
import type { Heading } from "./script.ts";
import { streamAnswer } from "./streaming.ts";
import { promptTokens } from "./usage.ts";
import { checkRequest, parseBody } from "./validation.ts";
import { sendWholeAnswer } from "./whole.ts";

/** A request that will be answered, and everything the answer needs. */
export interface Answer {
  readonly relay: Relay;
  readonly exchange: Exchange;
  readonly entry: Entry;
  readonly plan: Plan;
  readonly faults: readonly Fault[];
  readonly heading: Heading;
  readonly headers: Readonly<Record<string, string>>;
  readonly pace: Pace;
}

/** Answers POST /v1/messages: checks, then faults, then a stream or one JSON body. Throws `Refused`. */
export function answerMessages(relay: Relay, exchange: Exchange, entry: Entry, account: string, body: unknown): void {
  const request = parseBody(requestShape, body);
  const model = requireModel(request.model);
  checkRequest(request, model);
  const plan = planReply(request, relay.seed);
  entry.phase = plan.phase;
  const rateHeaders = spend(relay, request, account);
  const faults = relay.faults.strike(plan.directives, { model: model.id, phase: plan.phase });
  if (answersNothing(faults, exchange, entry)) return;
  checkCapacity(relay.load, relay.openStreams);
  const heading: Heading = {
    id: `msg_sim${exchange.requestId.slice("req_sim".length)}`,
    model: model.id,
    usage: relay.prompts.use(request, model, plan.reply, Date.now()),
  };
  const pace = overridePace(relay.pace, paceChange(plan));
  const headers = { ...exchange.headers, ...rateHeaders };
  const answer: Answer = { relay, exchange, entry, plan, faults, heading, headers, pace };
  if (request.stream) streamAnswer(answer);
  else sendWholeAnswer(answer);
}

function spend(relay: Relay, request: MessagesRequest, account: string): Record<string, string> {
  const cost = { requests: 1, "input-tokens": promptTokens(request), "output-tokens": request.max_tokens };
  return relay.limits.spend(`${account}:${request.model}`, cost, Date.now());
}

/** Faults that come in place of an answer. True when one of them has been played. */
function answersNothing(faults: readonly Fault[], exchange: Exchange, entry: Entry): boolean {
  const failure = failureOf(faults);
  if (failure) throw new Refused(failure);
  if (faultOf(faults, "html")) sendPage(exchange, 200);
  else if (faultOf(faults, "destroy")) exchange.request.socket.destroy();
  else if (!faultOf(faults, "silent")) return false;
  entry.status = exchange.response.headersSent ? exchange.response.statusCode : null;
  settleOnClose(exchange, entry);
  return true;
}

/** What never was a real answer ends `broken`, unless the client gave up waiting for it. */
function settleOnClose(exchange: Exchange, entry: Entry): void {
  const isOver = exchange.response.writableEnded || exchange.request.socket.destroyed;
  exchange.response.once("close", () => {
    entry.state = isOver ? "broken" : "aborted";
    entry.endedAt = Date.now();
  });
}

function paceChange({ directives }: Plan) {
  const { kind: _, ...change } = wishOf(directives.wishes, "pace") ?? { kind: "pace" };
  return change;
}
