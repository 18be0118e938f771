import { wishOf } from "./directive.ts";
import { faultOf } from "./faults.ts";
import { loadDelayMs } from "./load.ts";
import type { Answer } from "./messages.ts";
import { misbehave } from "./misbehave.ts";
import { openOutlet } from "./outlet.ts";
import { Playback, type PlaybackWatcher } from "./playback.ts";
import { hashText, openRandom } from "./random.ts";
import { type Script, writeScript } from "./script.ts";
import { writtenTokens } from "./spending.ts";

/** Begins to stream an answer; the wheel carries it on. */
export function streamAnswer(answer: Answer): void {
  const { relay, exchange, entry, heading, headers, pace } = answer;
  const random = openRandom(hashText(heading.id) ^ relay.seed);
  const outlet = openOutlet(exchange.response, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    ...headers,
  });
  entry.status = 200;
  const script = scriptOf(answer);
  const playback = new Playback(script, pace, random, relay.wheel, outlet, watch(answer, script));
  const delayMs = firstTokenDelayMs(answer);
  relay.openStreams++;
  relay.spending.begin(heading.model, heading.usage);
  playback.start(delayMs);
}

/** What faults and load add to the first-token time. */
export function firstTokenDelayMs({ relay, faults }: Answer): number {
  return (faultOf(faults, "slow")?.ms ?? 0) + loadDelayMs(relay.load, relay.openStreams);
}

function scriptOf({ relay, plan, faults, heading, pace }: Answer): Script {
  const wire = { crlf: faultOf(faults, "crlf") !== undefined };
  const splitPairs = wishOf(plan.directives.wishes, "surrogates") !== undefined;
  const cut = { ...wire, splitPairs, deltaChars: pace.deltaChars };
  return misbehave(writeScript(heading, plan.reply, cut, relay.deltas), faults, wire);
}

function watch({ relay, entry, faults, heading: { model, usage } }: Answer, script: Script): PlaybackWatcher {
  return {
    delta() {
      entry.firstDeltaAt ??= Date.now();
      entry.deltas++;
      relay.deltasWritten++;
    },
    ended(how) {
      relay.openStreams--;
      entry.state = how;
      entry.endedAt = Date.now();
      const isWhole = how === "completed" && faults.length === 0;
      relay.spending.write(model, isWhole ? usage.output_tokens : writtenTokens(script, entry.deltas));
    },
  };
}
