import type { CustomerClass } from "../contract/shapes.ts";
import type { Answer } from "../domain/answer.ts";
import type { Arrival } from "../domain/conversations.ts";
import type { Account } from "../domain/costs.ts";
import { Latest } from "../domain/latest.ts";
import type { FailureReason } from "../domain/relay.ts";
import type { Listener, Step } from "../domain/steps.ts";
import { attemptAttributes, type RelayPlace } from "./attempt-attributes.ts";
import type { Span } from "./span.ts";
import { named } from "./span-attributes.ts";
import { answerSpanId, callerSpan, type TraceIds, traceIdsOf } from "./trace-ids.ts";

export interface TurnTraceOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What stands for customers and conversations in a trace. */
  readonly hash: (id: string) => string;
  readonly relay: RelayPlace | null;
  /** Whether that trace is one of those that are kept. */
  readonly isSampled: (traceId: string) => boolean;
  readonly emit: (span: Span) => void;
}

type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

/** What this node writes of a turn. */
interface Part {
  readonly answer: Answer;
  readonly spanId: string;
  readonly startAt: number;
  readonly epoch: number;
}

/** What is known here of a turn that is under way. */
interface Course {
  readonly turnId: string;
  readonly ids: TraceIds;
  /** A question that is taken, and whose place is told in a moment. */
  asked: Arrival | null;
  /** The first question, where it was asked here. */
  first: Arrival | null;
  queued: { readonly at: number; readonly position: number | null; readonly class: CustomerClass | undefined } | null;
  part: Part | null;
  account: Account | null;
  /** Why the latest attempt failed. */
  failure: FailureReason | null;
}

/** Turns that are traced at the same time; those asked here and answered elsewhere are forgotten by and by. */
const mostCourses = 20_000;

/**
 * Makes one trace of each turn, from the question to its end: what is told of it in steps, with the times at which it was
 * told. A span is made when it is over, so nothing is open that could be left open; never a text, nothing for a delta
 * (S6, X5).
 */
export class TurnTrace implements Listener {
  readonly #options: TurnTraceOptions;
  /** Null for a turn that is not traced. */
  readonly #courses = new Latest<string, Course | null>(mostCourses);

  constructor(options: TurnTraceOptions) {
    this.#options = options;
  }

  text(_answer: Answer, _piece: string): void {}

  step(step: Step): void {
    switch (step.kind) {
      case "message-added":
        return this.#added(step);
      case "turn-queued":
        return this.#queued(step);
      case "turn-started":
        return this.#started(step.answer);
      case "attempt-ended":
        return this.#attempted(step);
      case "turn-activity":
        return this.#lookedUp(step);
      case "turn-lost":
        return this.#lost(step.answer);
      case "turn-ended":
        return this.#ended(step);
      default:
    }
  }

  #courseOf(turnId: string): Course | null {
    const known = this.#courses.get(turnId);
    if (known !== undefined) return known;
    const ids = traceIdsOf(turnId);
    const nothing = { asked: null, first: null, queued: null, part: null, account: null, failure: null };
    const course = this.#options.isSampled(ids.traceId) ? { turnId, ids, ...nothing } : null;
    this.#courses.set(turnId, course);
    return course;
  }

  #added({ arrival, repeated, message: { turnId } }: StepOf<"message-added">): void {
    if (arrival === undefined || repeated || turnId === undefined) return;
    const course = this.#courseOf(turnId);
    if (course === null) return;
    course.asked = arrival;
    course.first ??= arrival;
  }

  #queued({ ref, place }: StepOf<"turn-queued">): void {
    const course = this.#courseOf(ref.turnId);
    if (course === null) return;
    const position = place?.position ?? null;
    course.queued ??= { at: this.#options.now(), position, class: place?.at.class };
    this.#tellAsked(course, position);
  }

  #started(answer: Answer): void {
    const { turnId } = answer.ref;
    const course = this.#courseOf(turnId);
    // Told again whenever an epoch is raised.
    if (course === null || course.part?.answer === answer) return;
    this.#tellAsked(course, null);
    const { epoch } = answer;
    const now = this.#options.now();
    course.part = { answer, spanId: answerSpanId(turnId, epoch), startAt: now, epoch };
    if (epoch === firstEpoch) this.#tellWait(course, answer, now);
  }

  /** The command that asked: from its coming to the question's being stored and in line. */
  #tellAsked(course: Course, position: number | null): void {
    const { asked } = course;
    if (asked === null) return;
    course.asked = null;
    const attributes = named({ way: asked.way, position });
    const link = callerSpan(asked.traceparent);
    this.#child(course, { name: "ask", kind: "server", startAt: asked.at, link, attributes });
  }

  /** Of a turn that was asked at another node it is known that it waited, and nothing of its place. */
  #tellWait(course: Course, { askedAt }: Answer, now: number): void {
    const { queued, first } = course;
    if (queued === null && first !== null) return;
    const attributes = named({ position: queued?.position, class: queued?.class });
    this.#child(course, { name: "wait", startAt: Math.min(now, queued?.at ?? askedAt), endAt: now, attributes });
  }

  #attempted(step: StepOf<"attempt-ended">): void {
    const { ref, purpose, account, end } = step;
    const course = this.#courseOf(ref.turnId);
    if (course === null) return;
    const { hash, relay, now } = this.#options;
    const endAt = now();
    const retryReason = purpose === "retry" || purpose === "continuation" ? course.failure : null;
    const span = {
      name: `chat ${end.report.model}`,
      kind: "client",
      startAt: endAt - end.report.totalMs,
      endAt,
      isError: end.kind === "failed",
      attributes: {
        ...named({ conversation: hash(ref.conversationId), retryReason }),
        ...attemptAttributes(step, relay),
      },
    } as const;
    if (purpose === "draft") return this.#draft(course, span);
    course.account ??= account;
    course.failure = end.kind === "failed" ? end.failure.reason : null;
    this.#child(course, span, course.part?.spanId);
  }

  /** A draft is a trace of its own. */
  #draft({ ids, turnId }: Course, span: Omit<Span, "traceId" | "parentId">): void {
    this.#courses.delete(turnId);
    this.#options.emit({ ...span, traceId: ids.traceId, parentId: null });
  }

  #lookedUp({ answer, activity: { callId, tool, state } }: StepOf<"turn-activity">): void {
    const course = state === "running" ? null : this.#courseOf(answer.ref.turnId);
    if (course === null) return;
    const endAt = this.#options.now();
    const tookMs = answer.found.find((each) => each.callId === callId)?.tookMs ?? 0;
    const isError = state === "failed";
    const error = isError ? "failed" : null;
    const attributes = named({ operation: "execute_tool", tool, toolType: "function", callId, error });
    const span = { name: `execute_tool ${tool}`, startAt: endAt - tookMs, endAt, isError, attributes };
    this.#child(course, span, course.part?.spanId);
  }

  #lost(answer: Answer): void {
    const course = this.#courses.get(answer.ref.turnId);
    if (course?.part?.answer !== answer) return;
    this.#tellPart(course, course.part, "lost");
    this.#courses.delete(answer.ref.turnId);
  }

  #ended({ ref, outcome, error, report }: StepOf<"turn-ended">): void {
    const course = this.#courseOf(ref.turnId);
    this.#courses.delete(ref.turnId);
    if (course === null) return;
    this.#tellAsked(course, null);
    const { now, hash, emit } = this.#options;
    const { ids, part, first, account, queued, turnId } = course;
    if (part) this.#tellPart(course, part, outcome);
    const endAt = now();
    const customer = account && account.customerId !== "" ? hash(account.customerId) : null;
    emit({
      name: "turn",
      kind: "server",
      traceId: ids.traceId,
      spanId: ids.turnSpanId,
      parentId: null,
      startAt: Math.min(first?.at ?? endAt, part?.answer.askedAt ?? endAt, endAt - report.totalMs),
      endAt,
      isError: outcome === "failed",
      attributes: named({
        ...{ turnId, conversation: hash(ref.conversationId), customer, outcome, error: error?.code, way: first?.way },
        ...{ class: account?.class ?? queued?.class, tier: account?.tier },
      }),
    });
  }

  /** What another node goes on with bears a link to what was written first. */
  #tellPart(course: Course, { spanId, startAt, epoch, answer }: Part, outcome: string): void {
    const first = { traceId: course.ids.traceId, spanId: answerSpanId(course.turnId, firstEpoch) };
    const link = epoch === firstEpoch ? undefined : first;
    const attributes = named({ epoch: answer.epoch, outcome });
    this.#child(course, { name: "answer", spanId, link, startAt, attributes });
  }

  #child(
    { ids }: Course,
    span: Partial<Span> & Pick<Span, "name" | "startAt" | "attributes">,
    parentId: string = ids.turnSpanId,
  ): void {
    const common = { kind: "internal", isError: false, endAt: span.endAt ?? this.#options.now() } as const;
    this.#options.emit({ ...common, ...span, endAt: common.endAt, traceId: ids.traceId, parentId });
  }
}

/** Under which every turn begins. */
const firstEpoch = 1;
