import type { Config } from "../config.ts";
import type { AttemptEnd, FailureReason } from "../domain/relay.ts";
import { listModels } from "../engines/relay/model-list.ts";
import { openRelay } from "../engines/relay/relay.ts";
import { modelsOf } from "../parts.ts";
import { doubtful, type Finding, skewFinding, well, wrong } from "./finding.ts";

/** Slower than this is felt. */
const slowMs = 2_000;
const hopeless: ReadonlySet<FailureReason> = new Set(["bad-key", "unreachable", "spend-limit"]);
const question = { role: "user", text: "Say hello in one word." } as const;

/** What to do about a failure, beside what its own sentence says. */
const remedies: Readonly<Partial<Record<FailureReason, string>>> = {
  "bad-key":
    "copy the key again, without blanks; if the relay wants Authorization: Bearer, set ANTHROPIC_AUTH_TOKEN instead of ANTHROPIC_API_KEY",
  "unknown-model": "set relay.model, relay.smallModel and relay.fallbacks to models that the relay lists",
  "rate-limit":
    "wait and try again; if it stays, ask the relay for a higher limit, and set admission.tiers.high.perSecond to what it takes",
  "spend-limit": "pay, or raise the limit at the relay",
  "bad-request": "check ANTHROPIC_BASE_URL; a relay that knows older versions only may want another ANTHROPIC_VERSION",
  overloaded: "try again in a minute",
  unreachable: "check ANTHROPIC_BASE_URL, name server and firewall from this machine",
  "slow-start": "the relay is slow: ask it why, or raise relay.firstTokenMs",
  broken: "check ANTHROPIC_BASE_URL: what answers there is no Messages API, or a proxy buffers its streams",
  cut: "something between cuts streams: look for a proxy with a short time-out",
};

export async function* relayFindings(config: Config): AsyncGenerator<Finding> {
  const access = config.relayAccess;
  if (access.kind === "simulator") {
    yield doubtful(
      "relay",
      "no relay is set: the built-in simulator answers, not Claude",
      "set ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY",
    );
    return;
  }
  const { firstTokenMs, idleMs, totalMs, http2 } = config.relay;
  const models = modelsOf(config);
  const options = { ...access, version: config.anthropicVersion, firstTokenMs, idleMs, totalMs, http2 };
  try {
    yield* listFindings(await listModels(options), models);
    await using relay = openRelay(options);
    for (const each of models) {
      const request = { model: each, maxTokens: 16, system: "", messages: [question] };
      const end = await relay.attempt(request, () => {}, new AbortController().signal);
      yield answerFinding(each, end, relay.protocol);
      // Each further model would be told the same.
      if (end.kind === "failed" && hopeless.has(end.failure.reason)) return;
    }
  } catch (fault) {
    yield wrong("relay", fault instanceof Error ? fault.message : String(fault), "correct the settings of the relay");
  }
}

function answerFinding(model: string, end: AttemptEnd, protocol: string): Finding {
  if (end.kind === "failed") {
    const { reason, detail } = end.failure;
    return wrong("relay", `${model}: ${reason}: ${detail}`, remedies[reason] ?? "see docs/relay.md");
  }
  const { firstTokenMs, totalMs } = end.report;
  const what = `${model} streams over ${protocol}: first token after ${firstTokenMs ?? "?"} ms, all after ${totalMs} ms`;
  return (firstTokenMs ?? 0) > slowMs ? doubtful("relay", what, "slow; is there a nearer relay?") : well("relay", what);
}

type Listing = Awaited<ReturnType<typeof listModels>>;

function* listFindings(listing: Listing, wanted: readonly string[]): Generator<Finding> {
  if (listing.kind === "unknown") {
    yield well("models", `the relay gives no list of models (${listing.why}): each one is asked instead`);
    return;
  }
  const missing = wanted.filter((id) => !listing.models.includes(id));
  if (missing.length === 0) yield well("models", `the relay lists ${wanted.join(", ")}`);
  else {
    const known = listing.models.slice(0, 20).join(", ");
    yield doubtful("models", `the relay does not list ${missing.join(", ")}`, `it lists ${known}`);
  }
  if (listing.at !== null) yield skewFinding("clock", "The relay's", listing.at, Date.now());
}
