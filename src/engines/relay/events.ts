import { APIError } from "@anthropic-ai/sdk";
import { createParser } from "eventsource-parser";
import type { RelayBody } from "./body.ts";

/**
 * Reads an answer as the SDK's own stream does (server-sent events whose data are JSON; pings and events without a name pass),
 * but hands each event over in the moment in which its bytes come, where the SDK goes through half a dozen promises.
 *
 * @param take is given the data of each event; says whether it wants more
 * @returns resolves when the relay has ended its answer, or `take` wants no more; rejects with what broke the answer off: an
 * `APIError` for an error that the relay tells, a `SyntaxError` for data that are no JSON, whatever `take` threw, or the
 * connection's fault
 */
export function readEvents(body: RelayBody, headers: Headers, take: (event: unknown) => boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const decoder = new TextDecoder();
  let isOver = false;
  const onEvent = ({ event, data }: { readonly event?: string | undefined; readonly data: string }) => {
    if (isOver || event === undefined || event === "ping" || data === "") return;
    if (event === "error") throw toldError(data, headers);
    body.eventSeen();
    isOver = !take(JSON.parse(data));
  };
  const parser = createParser({ onEvent });
  body.open({
    read(chunk) {
      try {
        parser.feed(decoder.decode(chunk, { stream: true }));
      } catch (thrown) {
        isOver = true;
        body.leave();
        return reject(thrown);
      }
      if (!isOver) return;
      body.release();
      resolve();
    },
    end(fault) {
      isOver = true;
      if (fault === null) resolve();
      else reject(fault.error);
    },
  });
  return promise;
}

function toldError(data: string, headers: Headers): APIError {
  const said = parsed(data);
  const type = (said as { readonly error?: { readonly type?: string } } | null)?.error?.type; // CAST: looked at, and no more
  return new APIError(undefined, said as object, undefined, headers, type as ConstructorParameters<typeof APIError>[4]);
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
