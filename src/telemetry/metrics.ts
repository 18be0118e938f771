/** One metric: its name, what it measures, and what it is told apart by. docs/metrics.md is held equal to this table. */
export interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
  /** `service`: every node tells the same of all, so take one of them (`max`). `node`: of this node alone, so add them up (`sum`). */
  readonly of: "service" | "node";
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

const seconds = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10] as const;

/** Every metric of the server, in the order in which they are shown. */
export const metrics = {
  tier: {
    name: "tidegate_tier",
    type: "gauge",
    labels: ["tier", "reason"],
    help: "1 for the present service level and what holds it there (relay, budget or operator).",
    of: "service",
  },
  lineWaiting: {
    name: "tidegate_line_waiting",
    type: "gauge",
    labels: ["class"],
    help: "Customers who stand in line.",
    of: "service",
  },
  lineOldestWait: {
    name: "tidegate_line_oldest_wait_seconds",
    type: "gauge",
    labels: ["class"],
    help: "How long the one at the head of the line has waited, as this node has seen it.",
    of: "service",
  },
  starting: {
    name: "tidegate_starting",
    type: "gauge",
    labels: [],
    help: "Answers that wait for their first text.",
    of: "service",
  },
  spentToday: {
    name: "tidegate_budget_spent",
    type: "gauge",
    labels: ["currency"],
    help: "Spent through the relay today; told where a budget is set.",
    of: "service",
  },
  budget: {
    name: "tidegate_budget",
    type: "gauge",
    labels: ["currency"],
    help: "What may be spent in a day; told where a budget is set.",
    of: "service",
  },
  starts: {
    name: "tidegate_starts_total",
    type: "counter",
    labels: [],
    help: "Answers begun or taken up from another node.",
    of: "node",
  },
  shed: {
    name: "tidegate_shed_total",
    type: "counter",
    labels: ["class"],
    help: "Questions turned away because too many wait.",
    of: "node",
  },
  refused: {
    name: "tidegate_refused_total",
    type: "counter",
    labels: ["what"],
    help: "What came too fast and was refused: commands, questions, connections.",
    of: "node",
  },
  turns: {
    name: "tidegate_turns_total",
    type: "counter",
    labels: ["outcome"],
    help: "Turns by how they ended.",
    of: "node",
  },
  openAnswers: {
    name: "tidegate_open_answers",
    type: "gauge",
    labels: [],
    help: "Answers that are being written.",
    of: "node",
  },
  deltas: {
    name: "tidegate_deltas_total",
    type: "counter",
    labels: [],
    help: "Pieces of text that came from the relay.",
    of: "node",
  },
  firstToken: {
    name: "tidegate_first_token_seconds",
    type: "histogram",
    labels: ["model", "tier"],
    help: "From a request to the relay to its first text or tool call.",
    of: "node",
    buckets: seconds,
  },
  firstText: {
    name: "tidegate_first_text_seconds",
    type: "histogram",
    labels: [],
    help: "From a customer's question to the first text of its answer, with the time in line.",
    of: "node",
    buckets: [...seconds, 20, 30, 60, 120, 300],
  },
  attempts: {
    name: "tidegate_relay_attempts_total",
    type: "counter",
    labels: ["model", "outcome"],
    help: "Attempts at the relay by outcome: complete, aborted, or why it failed.",
    of: "node",
  },
  retries: {
    name: "tidegate_relay_retries_total",
    type: "counter",
    labels: ["model", "purpose"],
    help: "Attempts that repeat a failed one (retry) or go on where one broke off (continuation).",
    of: "node",
  },
  pauses: {
    name: "tidegate_relay_pauses_total",
    type: "counter",
    labels: ["model"],
    help: "How often this node has given the relay quiet: after a refusal, or because its limits left too little.",
    of: "node",
  },
  tokens: {
    name: "tidegate_tokens_total",
    type: "counter",
    labels: ["model", "class", "kind"],
    help: "Tokens used: input, output, cache_read, cache_write.",
    of: "node",
  },
  cost: {
    name: "tidegate_cost_total",
    type: "counter",
    labels: ["model", "class", "tariff", "currency"],
    help: "What the tokens cost through the relay, and would cost directly.",
    of: "node",
  },
  lookUps: {
    name: "tidegate_look_ups_total",
    type: "counter",
    labels: ["tool", "state"],
    help: "Tools that were run for answers.",
    of: "node",
  },
  handoffs: {
    name: "tidegate_handoffs_total",
    type: "counter",
    labels: ["to"],
    help: "Changes of who answers: to an agent, the assistant, or nobody (a person is sought).",
    of: "node",
  },
  ratings: {
    name: "tidegate_ratings_total",
    type: "counter",
    labels: ["of", "value"],
    help: "Opinions of answers (up, down) and of conversations (1 to 5).",
    of: "node",
  },
  sockets: {
    name: "tidegate_sockets",
    type: "gauge",
    labels: ["namespace"],
    help: "Connected sockets of customers and agents.",
    of: "node",
  },
  loopDelay: {
    name: "tidegate_event_loop_delay_seconds",
    type: "gauge",
    labels: ["quantile"],
    help: "How late timers ran since the last scrape: 0.5, 0.99, 1.",
    of: "node",
  },
  redisUp: {
    name: "tidegate_redis_up",
    type: "gauge",
    labels: [],
    help: "0 while Redis cannot be reached; not told by a node without Redis.",
    of: "node",
  },
  redisFailures: {
    name: "tidegate_redis_failures_total",
    type: "counter",
    labels: [],
    help: "Commands that failed for want of Redis.",
    of: "node",
  },
  lostRecords: {
    name: "tidegate_cost_records_lost_total",
    type: "counter",
    labels: [],
    help: "Single cost records that an outage has cost.",
    of: "node",
  },
  cpu: {
    name: "process_cpu_seconds_total",
    type: "counter",
    labels: [],
    help: "CPU time of the process, user and system.",
    of: "node",
  },
  memory: {
    name: "process_resident_memory_bytes",
    type: "gauge",
    labels: [],
    help: "Resident memory of the process.",
    of: "node",
  },
  startTime: {
    name: "process_start_time_seconds",
    type: "gauge",
    labels: [],
    help: "When the process started, in seconds since 1970.",
    of: "node",
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricKey = keyof typeof metrics;
export type LabelsOf<K extends MetricKey> = (typeof metrics)[K]["labels"][number];
