import fc from "fast-check";
import { type FrameText, frame } from "./frames.ts";
import { validPayloads } from "./payloads.ts";
import { request } from "./requests.ts";
import { type Table, tables } from "./tables.ts";
import { hostile, nearlyValid } from "./twists.ts";

/** One thing that is done to the server. Written down as JSON it can be done again. */
export type Input =
  | { readonly kind: "command"; readonly namespace: string; readonly name: string; readonly payload: string }
  | {
      readonly kind: "frames";
      readonly over: "websocket" | "polling";
      /** Sent after the connection was let in, or instead of asking for that. */
      readonly isLetIn: boolean;
      readonly frames: readonly FrameText[];
    }
  | { readonly kind: "request"; readonly request: string };

const mostBytes = 50_000;

/** What every object has without asking, and what no table has. */
const oddNames = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "prototype",
  "then",
  "",
  "x".repeat(9_000),
];

const commands = fc.oneof(...tables.flatMap(commandsOf));

const frames = fc.record({
  kind: fc.constant("frames" as const),
  over: fc.oneof({ weight: 4, arbitrary: fc.constant("websocket" as const) }, fc.constant("polling" as const)),
  isLetIn: fc.boolean(),
  frames: fc.array(frame, { minLength: 1, maxLength: 12 }),
});

const requests = fc.record({ kind: fc.constant("request" as const), request });

/** Every command as often as every other, a request for each seven of them, and frames for each nine. */
export const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 70, arbitrary: commands },
  { weight: 8, arbitrary: frames },
  { weight: 10, arbitrary: requests },
);

function commandsOf({ namespace, commands: table }: Table): readonly fc.Arbitrary<Input>[] {
  const known = Object.entries(table).map(([name, { payload }]) => {
    const valid = validPayloads(payload);
    const payloads = fc.oneof(valid, nearlyValid(valid), hostile);
    return payloads.map((payload): Input => ({ kind: "command", namespace, name, payload: bounded(payload) }));
  });
  const unknown = fc.tuple(fc.oneof(fc.constantFrom(...oddNames), fc.string({ maxLength: 30 })), hostile).map(
    ([name, payload]): Input => ({
      kind: "command",
      namespace,
      name: reserved.has(name) ? `${name}?` : name,
      payload: bounded(payload),
    }),
  );
  return [...known, unknown];
}

/** A larger frame ends its connection, which commands are not meant to. */
function bounded(payload: string): string {
  return Buffer.byteLength(payload) > mostBytes ? '"larger than any frame"' : payload;
}

/** Names that end a connection: they are sent as frames. */
const reserved = new Set(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]);

/** How many things are done by it. */
export function sizeOf(input: Input): number {
  return input.kind === "frames" ? input.frames.length : 1;
}
