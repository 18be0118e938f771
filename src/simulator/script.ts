import type { Cut, DeltaCache } from "./delta-cache.ts";
import { hashText, openRandom } from "./random.ts";
import type { Reply } from "./reply.ts";
import { eventChunk } from "./sse.ts";
import type { ToolCall } from "./tools.ts";
import type { Usage } from "./usage.ts";

/** Everything one stream will write, and how it ends. The body is paced: one buffer for each delta. */
export interface Script {
  readonly opening: Buffer;
  readonly body: readonly Buffer[];
  readonly closing: Buffer;
  /** `hold` leaves the stream open for ever, with a ping each `pingMs` if given. */
  readonly ending: "end" | "destroy" | "reset" | "hold";
  readonly pingMs?: number | undefined;
  /** The body is single bytes, each its own packet as far as that can be forced. */
  readonly dribble: boolean;
}

/** Who is answering: what message_start tells. */
export interface Heading {
  readonly id: string;
  readonly model: string;
  readonly usage: Usage;
}

const maxToolPieceChars = 7;

/** Writes the events of a reply in the order of the API. */
export function writeScript(heading: Heading, reply: Reply, cut: Cut, cache: DeltaCache): Script {
  const blocks = blocksOf(reply, heading.id, cut, cache);
  const [first, ...others] = blocks;
  const ping = eventChunk("ping", { type: "ping" }, cut);
  const start = messageStart(heading, cut);
  const body = first === undefined ? [] : [first.deltas, ...others.map((block) => joined(block))].flat();
  return {
    opening: Buffer.concat(first === undefined ? [start, ping] : [start, first.start, ping]),
    body: others.length === 0 && first !== undefined ? first.deltas : body,
    closing: Buffer.concat([
      ...(first === undefined ? [] : [stopOf(blocks.length - 1, cut)]),
      messageEnd(heading, reply, cut),
    ]),
    ending: "end",
    dribble: false,
  };

  /** A later block: its start, and the end of the one before, travel with its first delta. */
  function joined(block: Block): readonly Buffer[] {
    const [firstDelta = Buffer.alloc(0), ...rest] = block.deltas;
    return [Buffer.concat([stopOf(block.index - 1, cut), block.start, firstDelta]), ...rest];
  }
}

interface Block {
  readonly index: number;
  readonly start: Buffer;
  readonly deltas: readonly Buffer[];
}

function blocksOf(reply: Reply, id: string, cut: Cut, cache: DeltaCache): Block[] {
  const text =
    reply.text === "" ? [] : [{ index: 0, start: textStart(cut), deltas: cache.textDeltas(reply.text, 0, cut) }];
  const calls = reply.calls.map((call, at) => toolBlock(call, text.length + at, toolId(id, at), cut));
  return [...text, ...calls];
}

/** The id of the nth tool call of a message; the same in a stream and in a plain answer. */
export function toolId(messageId: string, at: number): string {
  return `toolu_${messageId.slice(4)}${at}`;
}

function textStart(cut: Cut): Buffer {
  return blockStart(0, { type: "text", text: "" }, cut);
}

function toolBlock({ name, json }: ToolCall, index: number, id: string, cut: Cut): Block {
  const pieces = ["", ...awkwardPieces(json)];
  return {
    index,
    start: blockStart(index, { type: "tool_use", id, name, input: {} }, cut),
    deltas: pieces.map((partial_json) =>
      eventChunk(
        "content_block_delta",
        { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json } },
        cut,
      ),
    ),
  };
}

/** Short pieces that end anywhere: inside strings, escapes and numbers. */
function awkwardPieces(json: string): string[] {
  const random = openRandom(hashText(json));
  const pieces: string[] = [];
  for (let at = 0; at < json.length; ) {
    const end = at + 1 + Math.floor(random() * maxToolPieceChars);
    pieces.push(json.slice(at, end));
    at = end;
  }
  return pieces;
}

function blockStart(index: number, content_block: object, cut: Cut): Buffer {
  return eventChunk("content_block_start", { type: "content_block_start", index, content_block }, cut);
}

function stopOf(index: number, cut: Cut): Buffer {
  return eventChunk("content_block_stop", { type: "content_block_stop", index }, cut);
}

function messageStart({ id, model, usage }: Heading, cut: Cut): Buffer {
  const message = {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  return eventChunk(
    "message_start",
    { type: "message_start", message: { ...message, usage: { ...usage, output_tokens: 1 } } },
    cut,
  );
}

function messageEnd({ usage }: Heading, reply: Reply, cut: Cut): Buffer {
  const { service_tier: _, cache_creation: __, ...counts } = usage;
  const delta = { stop_reason: reply.stopReason, stop_sequence: reply.stopSequence };
  return Buffer.concat([
    eventChunk("message_delta", { type: "message_delta", delta, usage: counts }, cut),
    eventChunk("message_stop", { type: "message_stop" }, cut),
  ]);
}
