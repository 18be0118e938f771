import type { WireError } from "../../../src/contract/errors.ts";
import type {
  OperatorCommandInput,
  OperatorCommandName,
  OperatorCommandResult,
  OperatorFactPayload,
} from "../../../src/contract/operator-events.ts";
import { attempt } from "../../attempt.ts";
import { type Clock, wallClock } from "../../chat/clock.ts";
import { withDetour } from "../../chat/detour.ts";
import { openLink } from "../../chat/link.ts";
import { lost } from "../../chat/requests.ts";
import type { OpenSocket } from "../../chat/socket.ts";
import { overWebSocket } from "../../chat/websocket.ts";
import { onlyToken } from "../../staff/credentials.ts";
import { openState } from "../../staff/state.ts";
import type { Feed, FeedState } from "./feed.ts";
import { readHistory, withSample } from "./history.ts";

export interface FeedOptions {
  /** The server, such as `https://chat.example.com`. */
  readonly url: string;
  /** The operator's. */
  readonly token: string;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  readonly openSocket?: OpenSocket;
}

type OperatorRequest = <N extends OperatorCommandName>(
  name: N,
  payload: OperatorCommandInput<N>,
) => Promise<OperatorCommandResult<N>>;

const loadPolling = async () => (await import("../../chat/polling.ts")).overPollingIn("/operators");

const first: FeedState = { link: "connecting", name: null, service: null, history: null, heardAt: 0 };

/** A connection that seemed alive and told nothing for so long is given up: figures come each second. */
const silentMs = 8_000;

/** Begins at once and goes on until {@link Feed.close}, through every kind of weather. */
export function openFeed(options: FeedOptions): Feed {
  const { url, token, clock = wallClock, random = Math.random } = options;
  const openSocket = options.openSocket ?? withDetour(clock, loadPolling, overWebSocket(clock, "/operators,"));
  const state = openState(first);
  let open = false;
  let stopWatching = () => {};

  const link = openLink(
    { url, credentials: onlyToken(token), clock, random, openSocket },
    {
      connected: () => void enter(),
      lost: closed,
      refused: (refusal) => state.patch({ link: "refused", refusal }),
      fact(name, payload) {
        if (name === "node:draining") return draining(payload);
        // A fact of a shape that nobody expects says nothing.
        if (name === "service:changed" && open) attempt(() => changed(payload as OperatorFactPayload<typeof name>));
      },
    },
  );
  // CAST: the link passes names and payloads on unseen; only its types are those of the customers' namespace.
  const request = link.request as unknown as OperatorRequest;

  async function enter(): Promise<void> {
    try {
      const { me, service, history } = await request("service:open", {});
      open = true;
      link.settled();
      watch();
      const { at } = service;
      if (typeof at !== "number") throw lost;
      state.patch({ link: "online", name: me.name, service, history: readHistory(history), heardAt: clock.now() });
    } catch (error) {
      // CAST: requests reject with wire errors only.
      notEntered(error as WireError);
    }
  }

  function notEntered(error: WireError): void {
    if (error.code && !error.retryable) link.refuse(error);
    else if (link.up) link.renewLater(error.retryAfterMs);
  }

  function changed({ service, sample }: OperatorFactPayload<"service:changed">): void {
    if (typeof service.at !== "number") return;
    const { history } = state.now;
    watch();
    state.patch({ service, heardAt: clock.now(), history: history && withSample(history, sample) });
  }

  function watch(): void {
    stopWatching();
    stopWatching = clock.after(silentMs, link.renew);
  }

  function closed(): void {
    open = false;
    stopWatching();
    state.patch({ link: state.now.service === null ? "connecting" : "reconnecting" });
  }

  function draining(payload: unknown): void {
    const { reconnectInMs } = (payload ?? {}) as { reconnectInMs?: unknown };
    if (typeof reconnectInMs === "number") link.renewLater(reconnectInMs);
  }

  link.renew();
  return {
    get state() {
      return state.now;
    },
    subscribe: state.subscribe,
    ask: (name, payload) => (open ? request(name, payload) : Promise.reject(lost)),
    reconcile() {
      if (!link.up && !link.trying) link.renew();
    },
    close() {
      stopWatching();
      link.close();
    },
  };
}
