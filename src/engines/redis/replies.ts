import { z } from "zod";
import {
  agent,
  card,
  customerClass,
  type Message,
  message,
  type Note,
  note,
  page,
  responder,
  tier,
  turnState,
} from "../../contract/shapes.ts";
import { type LoggedPiece, textOf } from "../../domain/answer-log.ts";
import type { Conversation } from "../../domain/conversations.ts";
import type { CareRow, LiveRow, Presence } from "../../domain/desk.ts";
import type { Finding } from "../../domain/findings.ts";
import { type Course, vitalNames } from "../../domain/health.ts";
import type { Responder } from "../../domain/responders.ts";
import type { EpochStart, Turn } from "../../domain/turns.ts";
import type { Copy } from "./copies.ts";

type VitalName = (typeof vitalNames)[number];

const storedTurn = z.object({
  state: z.enum(["queued", "starting", "ended"]),
  epoch: z.int().min(0),
  /** `1:0,2:40`: epochs and where each one began. */
  starts: z.string(),
  askedAt: z.number(),
  owner: z.string().optional(),
  answer: z.string().optional(),
});

const finding: z.ZodType<Finding> = z.object({
  callId: z.string(),
  tool: z.string(),
  input: z.record(z.string(), z.unknown()).nullable(),
  round: z.int().min(0),
  offset: z.int().min(0),
  text: z.string(),
  isError: z.boolean(),
  cards: z.array(card),
  tookMs: z.number(),
});

export const storedResponder = responder.extend({ agentId: z.string().optional() });
const customerCard = z.object({ name: z.string().optional(), class: customerClass });
const personWish = z.object({
  since: z.number(),
  reason: z.string().optional(),
  left: z.boolean().optional(),
});

const texts = z.array(z.string());
const whole = z.tuple([texts.length(9), z.string(), z.string(), texts, texts, texts, z.int().min(0), z.string()]);
export type WholeReply = z.infer<typeof whole>;
const handed = z.union([
  z.tuple([z.literal("gone")]),
  z.tuple([z.literal("refused"), z.string()]),
  z.tuple([z.literal("open"), whole]),
  z.tuple([z.enum(["handed", "repeated"]), z.string(), whole]),
]);
const said = z.union([
  z.tuple([z.enum(["gone", "conflict"])]),
  z.tuple([z.literal("refused"), z.string()]),
  z.tuple([z.enum(["said", "repeated"]), z.string(), texts]),
]);
const looked = z.tuple([z.int(), texts, texts, texts]);
const asked = z.union([
  z.tuple([z.enum(["gone", "conflict"])]),
  z.tuple([z.enum(["repeated", "stored", "first"]), z.string(), texts]),
  z.tuple([z.enum(["stored", "first"]), z.string(), texts, whole]),
]);
const raised = z.tuple([z.string(), texts]).nullable();
const ended = z.tuple([z.string(), z.string(), texts, z.enum(["", "last"])]).nullable();
const read = z.tuple([z.string(), z.string()]).nullable();
const restored = z.tuple([texts, texts, texts, z.number(), z.string()]);
const waiting = z.tuple([z.literal("waiting"), customerClass, z.number(), z.number()]);
const enteredOne = z.union([
  waiting,
  z.tuple([z.literal("granted"), z.number()]),
  z.tuple([z.literal("held")]),
  z.tuple([z.literal("shed"), z.number()]),
]);
export type EnteredReply = z.infer<typeof enteredOne>;
const entered = z.array(enteredOne);
const classLine = z.tuple([z.string(), z.string(), z.string(), texts]);
const round = z.tuple([
  texts,
  texts,
  z.tuple([classLine, classLine, classLine]),
  z.number(),
  z.number(),
  texts,
  z.string(),
  tier,
  z.string(),
  z.array(z.number()),
]);
const away = z.number().nullable();
const found = z.tuple([waiting, z.string(), z.string()]).nullable();
const pulse = z.tuple([z.number(), texts, texts]);

const dropped = z.int();
const claimed = z.tuple([texts, z.number()]);

const told = z.tuple([z.int(), z.string().nullable(), texts, texts]);
const vitals = z.object(
  Object.fromEntries(vitalNames.map((name) => [name, z.number()])) as Record<VitalName, z.ZodNumber>,
);
const slot = z.int();
const counts = z.record(z.string(), z.number());
const course: z.ZodType<Course> = z.object({
  slot,
  tier,
  changedAt: slot,
  raisedAt: slot.nullable(),
  loweredAt: slot.nullable(),
  bad: z.number(),
  good: z.number(),
  quiet: z.number(),
  caution: z.number(),
  recent: z.array(vitals),
  starting: z.number(),
  usual: z.record(
    z.string(),
    z.object({ since: slot, minute: z.number(), counts, best: z.number().nullable(), bests: z.array(z.number()) }),
  ),
});

/** Replies of the steps as they come over the wire, checked. */
export const replies = {
  whole: whole.nullable(),
  asked,
  handed,
  said,
  looked,
  raised,
  ended,
  read,
  restored,
  kept: z.array(z.string()),
  pulse,
  entered,
  round,
  found,
  away,
  dropped,
  claimed,
  told,
  course,
};

export function parseMessage(json: string): Message {
  return message.parse(JSON.parse(json));
}

export function parseTurn(conversationId: string, turnId: string, json: string, answer?: Message): Turn {
  const { state, epoch, starts, askedAt, owner } = storedTurn.parse(JSON.parse(json));
  return {
    conversationId,
    turnId,
    state,
    epoch,
    starts: parseStarts(starts),
    askedAt,
    ...(owner !== undefined && { owner }),
    ...(answer && { answer }),
  };
}

/** What {@link parseTurn} reads, for a turn that is written whole. */
export function formatTurn({ state, epoch, starts, askedAt, owner, answer }: Turn): z.infer<typeof storedTurn> {
  return {
    state: state === "streaming" ? "starting" : state,
    epoch,
    starts: starts.map((start) => `${start.epoch}:${start.offset}`).join(","),
    askedAt,
    ...(owner !== undefined && { owner }),
    ...(answer && { answer: answer.messageId }),
  };
}

function parseStarts(text: string): EpochStart[] {
  if (text === "") return [];
  return text.split(",").map((start) => {
    const [epoch, offset] = start.split(":").map(Number);
    return { epoch: epoch ?? 0, offset: offset ?? 0 };
  });
}

/** @param copy what this node had when the step was made that gave the reply: the last so many of it stand before what is given */
export function parseConversation(reply: WholeReply, copy?: Copy): Conversation {
  const [fields, running, waiting, later, logged, , copied] = reply;
  const messages = later.filter((json) => json !== "").map(parseMessage);
  const [conversationId = "", customerId = "", responderJson = "", pageJson, runningId = "", waitingId = ""] = fields;
  const [customerJson, wishJson, noteLines = ""] = fields.slice(6);
  const turn = (turnId: string, json: string) => (json === "" ? null : parseTurn(conversationId, turnId, json));
  const runningTurn = turn(runningId, running);
  return {
    conversationId,
    customerId,
    responder: parseResponder(responderJson),
    messages: copied > 0 && copy ? [...copy.messages.slice(-copied), ...messages] : messages,
    running: runningTurn,
    waiting: turn(waitingId, waiting),
    logged: runningTurn === null ? "" : textOf(runningTurn, parseLog(runningTurn.turnId, logged)),
    found: runningTurn === null ? [] : parseFound(runningTurn.turnId, logged),
    page: pageJson ? page.parse(JSON.parse(pageJson)) : undefined,
    ...(customerJson && { customer: customerCard.parse(JSON.parse(customerJson)) }),
    ...(wishJson && { wish: personWish.parse(JSON.parse(wishJson)) }),
    ...(noteLines && { notes: noteLines.split("\n").map(parseNote) }),
  };
}

export function parseResponder(json: string): Responder {
  return json === "" ? { kind: "assistant" } : storedResponder.parse(JSON.parse(json));
}

const careRow = z.object({
  conversationId: z.string(),
  customer: customerCard,
  responder: storedResponder,
  wish: personWish.nullable(),
  at: z.number(),
});
const liveRow = z.object({
  conversationId: z.string(),
  customer: customerCard,
  last: message.pick({ author: true, text: true, at: true }).optional(),
  turn: turnState.optional(),
  changedAt: z.number(),
});
const presences = z.array(agent.extend({ viewing: texts }));

export const parseCare = (json: string): CareRow => careRow.parse(JSON.parse(json));
export const parseLive = (json: string): LiveRow => liveRow.parse(JSON.parse(json));
export const parsePresent = (json: string): Presence[] => presences.parse(JSON.parse(json));

/** `noteId JSON`. */
function parseNote(line: string): Note {
  return note.parse(JSON.parse(line.slice(line.indexOf(" ") + 1)));
}

/** The fields `turnId:epoch:offset:length` of the log that belong to a turn; a fenced writer may have left others. */
export function parseLog(turnId: string, flat: readonly string[]): LoggedPiece[] {
  const pieces: LoggedPiece[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [owner, epoch, offset] = (flat[at] ?? "").split(":");
    if (owner === turnId && epoch !== foundPrefix)
      pieces.push({ epoch: Number(epoch), offset: Number(offset), text: flat[at + 1] ?? "" });
  }
  return pieces;
}

/** Stands where pieces of text have their epoch. */
export const foundPrefix = "found";

/** The fields `turnId:found:callId` of the log that belong to a turn, in the order of the calls. */
export function parseFound(turnId: string, flat: readonly string[]): Finding[] {
  const found: Finding[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    if (!flat[at]?.startsWith(`${turnId}:${foundPrefix}:`)) continue;
    found.push(finding.parse(JSON.parse(flat[at + 1] ?? "")));
  }
  return found.sort((one, other) => (one.callId < other.callId ? -1 : 1));
}
