import { type Fault, faultOf } from "./faults.ts";
import type { Script } from "./script.ts";
import { chunk, eventChunk, rawChunk, unchunk, type Wire } from "./sse.ts";

/** Changes a script so that its stream misbehaves as the faults say. Order: contents, then end, then packets. */
export function misbehave(script: Script, faults: readonly Fault[], wire: Wire): Script {
  if (faults.length === 0) return script;
  return repack(endEarly(insertEvents(script, faults, wire), faults, wire), faults);
}

function insertEvents(script: Script, faults: readonly Fault[], wire: Wire): Script {
  const broken = faultOf(faults, "broken");
  const unknown = faultOf(faults, "unknown");
  let body = script.body;
  if (broken)
    body = insert(
      body,
      broken.after,
      rawChunk("content_block_delta", '{"type":"content_block_delta","index":0,"del', wire),
    );
  if (unknown) body = insert(body, unknown.after, unknownEvents(wire));
  return { ...script, body };
}

function insert(body: readonly Buffer[], at: number, extra: Buffer): readonly Buffer[] {
  return [...body.slice(0, at), extra, ...body.slice(at)];
}

/** Events and deltas of kinds that are not invented yet; a client must step over them. */
function unknownEvents(wire: Wire): Buffer {
  return Buffer.concat([
    eventChunk("tide_level", { type: "tide_level", level: 3 }, wire),
    eventChunk(
      "content_block_delta",
      { type: "content_block_delta", index: 0, delta: { type: "tide_delta", tide: "x" } },
      wire,
    ),
    chunk(Buffer.from(": a comment\n\n")),
  ]);
}

function endEarly(script: Script, faults: readonly Fault[], wire: Wire): Script {
  const cut = faultOf(faults, "cut");
  const stall = faultOf(faults, "stall");
  const end = faultOf(faults, "end");
  const error = faultOf(faults, "error-event");
  if (cut) return { ...stopAfter(script, cut.after), ending: cut.reset ? "reset" : "destroy" };
  if (stall) return { ...stopAfter(script, stall.after), ending: "hold", pingMs: stall.ping };
  if (end) return stopAfter(script, end.after);
  if (!error) return script;
  const { type, message } = error;
  return {
    ...stopAfter(script, error.after),
    closing: eventChunk("error", { type: "error", error: { type, message } }, wire),
  };
}

function stopAfter(script: Script, deltas: number): Script {
  return { ...script, body: script.body.slice(0, deltas), closing: Buffer.alloc(0) };
}

function repack(script: Script, faults: readonly Fault[]): Script {
  const burst = faultOf(faults, "burst");
  if (burst) return { ...script, body: grouped(script.body, Math.max(1, burst.size)) };
  return faultOf(faults, "dribble") ? dribbled(script) : script;
}

/** Several deltas in one chunk of the body, as a proxy that buffers sends them. */
function grouped(body: readonly Buffer[], size: number): Buffer[] {
  const groups: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    groups.push(chunk(Buffer.concat(body.slice(at, at + size).map(unchunk))));
  }
  return groups;
}

function dribbled(script: Script): Script {
  const bytes = [script.opening, ...script.body, script.closing].flatMap((framed) => [...unchunk(framed)]);
  return {
    ...script,
    opening: Buffer.alloc(0),
    body: bytes.map((byte) => chunk(Uint8Array.of(byte))),
    closing: Buffer.alloc(0),
    dribble: true,
  };
}
