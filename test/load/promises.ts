import type { Service } from "../cluster/service.support.ts";
import type { Crowd } from "./crowd.ts";
import { most, type Report, spread, whole } from "./report.ts";
import { risesOf, type Story } from "./story.ts";

/** What holds whatever happens; `gone` have left the line by themselves. */
export function checkPromises(report: Report, crowd: Crowd, service: Service, gone: readonly Story[] = []): void {
  const { stories, latenessMs, deafMs } = crowd;
  const answered = stories.filter((story) => !gone.includes(story));
  const count = (test: (story: Story) => boolean) => answered.filter(test).length;
  const none = (what: string, number: number) => report.checkNone(what, number);
  report.note("answered", whole(count(({ end }) => end?.outcome === "completed")));
  none(
    "answers that did not complete",
    count(({ end }) => end !== null && end.outcome !== "completed"),
  );
  none(
    "refused for another reason than the line",
    count(({ refusal }) => refusal !== null && refusal.code !== "shed"),
  );
  none(
    "shed without a time to come back",
    count(({ refusal }) => refusal?.code === "shed" && !refusal.retryAfterMs),
  );
  none(
    "lost: asked, and neither shed nor ended",
    count(({ end, refusal }) => end === null && refusal === null),
  );
  none(
    "A6: places that rose",
    stories.reduce((sum, story) => sum + risesOf(story), 0),
  );
  none(
    "S3: texts and facts that are wrong",
    count(({ faults }) => faults.length > 0),
  );
  tell(
    report,
    stories.flatMap(({ faults }) => faults),
  );
  none("faults that a node has logged", service.faults.length);
  tell(report, service.faults);
  report.note("a question is acknowledged", spread(crowd.acknowledgedMs));
  const heard = `a fact heard at most ${whole(deafMs)} ms late`;
  report.check(
    "this generator kept to its schedule",
    most(latenessMs) < 500,
    `asked late ${spread(latenessMs)}; ${heard}`,
    { isOwn: true },
  );
}

/** The first few of what was found. */
function tell(report: Report, faults: readonly string[]): void {
  for (const fault of faults.slice(0, 5)) report.note("", fault);
}
