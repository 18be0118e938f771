import type { TroubleCode } from "../../src/contract/service.ts";
import type { Scene } from "./scene.ts";

/** Something that breaks, and by what it should be known. */
export interface Trouble {
  readonly name: string;
  /** Breaks it. */
  readonly strike: (scene: Scene) => Promise<void> | void;
  /** A line in the log of a node that lives. */
  readonly log: RegExp;
  /** Any of these alerts names it. */
  readonly alerts: readonly string[];
  /** And any of these troubles on the dashboard, which has words for each that say what to do. */
  readonly dashboard: readonly TroubleCode[];
  /** What doctor says of it. */
  readonly doctor: RegExp;
  /** The node that is examined; the first unless set. */
  readonly examined?: (scene: Scene) => number;
}

const port = (at: 0 | 1 | 2) => (scene: Scene) => scene.nodes[at].port;

export const troubles: readonly Trouble[] = [
  {
    name: "the relay refuses the key (401)",
    strike: (scene) => scene.misbehave({ kind: "bad-key" }),
    log: /"reason":"bad-key"/,
    alerts: ["RelayKeyRefused"],
    dashboard: ["bad-key"],
    doctor: /✗ relay .*bad-key/,
  },
  {
    name: "the relay does not offer the model (404)",
    strike: (scene) => scene.misbehave({ kind: "unknown-model", model: "claude-sonnet-4-5" }),
    log: /"reason":"unknown-model"/,
    alerts: ["RelayModelUnknown"],
    dashboard: ["unknown-model"],
    doctor: /✗ relay .*unknown-model/,
  },
  {
    name: "the account is used up",
    strike: (scene) => scene.misbehave({ kind: "spend-limit" }),
    log: /"reason":"spend-limit"/,
    alerts: ["RelayMoneyUsedUp"],
    dashboard: ["spend-limit"],
    doctor: /✗ relay .*spend-limit/,
  },
  {
    name: "the relay refuses the rate (429)",
    strike: (scene) => scene.misbehave({ kind: "rate-limit" }),
    log: /the relay is given quiet/,
    alerts: ["RelayLimited"],
    dashboard: ["rate-limit"],
    doctor: /✗ relay .*rate-limit/,
  },
  {
    name: "the relay is overloaded (529)",
    strike: (scene) => scene.misbehave({ kind: "overloaded" }),
    log: /"reason":"overloaded"/,
    alerts: ["AttemptsFail", "TierDegraded"],
    dashboard: ["overloaded"],
    doctor: /✗ relay .*overloaded/,
  },
  {
    name: "the relay is slow (4 s to the first token)",
    strike: (scene) => scene.misbehave({ kind: "slow", ms: 4_000 }),
    log: /the relay is slow or fails: the tier is lowered/,
    alerts: ["TierMedium", "TierDegraded", "FirstTokenSlow"],
    dashboard: ["slow", "slow-start"],
    doctor: /! relay .*first token after 4\d\d\d ms/,
  },
  {
    name: "the relay hangs",
    strike: (scene) => scene.misbehave({ kind: "silent" }),
    log: /the relay is slow or fails: the tier is lowered/,
    alerts: ["TierDegraded", "TierMedium", "AttemptsFail"],
    dashboard: ["slow-start"],
    doctor: /✗ relay .*slow-start/,
  },
  {
    name: "the relay is gone",
    strike: (scene) => scene.relay.close(),
    log: /"reason":"unreachable"/,
    alerts: ["AttemptsFail"],
    dashboard: ["unreachable"],
    doctor: /✗ relay .*unreachable/,
  },
  {
    name: "the relay cuts its answers",
    strike: (scene) => scene.misbehave({ kind: "cut", after: 2 }),
    log: /"reason":"cut"/,
    alerts: ["AttemptsFail"],
    dashboard: ["cut"],
    doctor: /✗ relay .*cut/,
  },
  {
    name: "Redis is killed",
    strike: (scene) => scene.redis.kill(),
    log: /Redis is away/,
    alerts: ["RedisAway"],
    dashboard: ["redis-away"],
    doctor: /✗ redis +Redis cannot be reached/,
  },
  {
    name: "Redis hangs",
    strike: (scene) => scene.redis.stop(),
    log: /Redis is away/,
    alerts: ["RedisAway"],
    dashboard: ["redis-away"],
    doctor: /✗ redis /,
  },
  {
    name: "Redis is full",
    strike: async ({ redis }) => void (await redis.command("CONFIG", "SET", "maxmemory", "1mb")),
    log: /"why":"OOM.*Redis is away/,
    alerts: ["RedisAway"],
    dashboard: ["redis-away"],
    doctor: /✗ redis +memory is full/,
  },
  {
    name: "a node is killed",
    strike: async ({ nodes }) => void (await nodes[2].kill()),
    log: /a node has gone/,
    alerts: ["NodeDown"],
    dashboard: ["node-lost"],
    doctor: /! pages +no node answers/,
    examined: port(2),
  },
  {
    name: "a node hangs",
    strike: ({ nodes }) => void nodes[2].child.kill("SIGSTOP"),
    log: /a node has gone/,
    alerts: ["NodeDown"],
    dashboard: ["node-lost"],
    doctor: /! pages +no node answers/,
    examined: port(2),
  },
  {
    name: "a flood of questions",
    strike: ({ askers }) => askers.ask(300),
    log: /customers are turned away/,
    alerts: ["CustomersShed"],
    dashboard: ["shed"],
    doctor: /! service +customers are turned away/,
  },
];
