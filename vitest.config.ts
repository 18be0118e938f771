import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Two cores are the smallest machine this has to pass on.

/**
 * Tests that mostly wait for clocks to run out: more of them run beside one another. The longest come first, for whatever is
 * begun last is waited for alone.
 */
const waiting = [
  "test/browser/failures.test.ts",
  "test/transport/failures.test.ts",
  "test/browser/streaming.test.ts",
  "test/browser/weather.test.ts",
  "test/browser/line.test.ts",
  "test/browser/service.test.ts",
  "test/browser/access.test.ts",
  "test/browser/console-looks.test.ts",
  "test/browser/console.test.ts",
  "test/transport/faults.test.ts",
  "test/cluster/start.test.ts",
  "test/transport/budget.test.ts",
  "test/transport/bounds.test.ts",
  "test/browser/dashboard.test.ts",
  "test/transport/tiers.test.ts",
  "test/transport/line.test.ts",
  "test/support/redis.test.ts",
  "test/load/smoke.test.ts",
  "test/engines/redis.outage.test.ts",
  "test/transport/operators.test.ts",
  "test/cluster/operators.test.ts",
  "test/client/chat-app.test.ts",
  "test/transport/faults.mixed.test.ts",
  "test/transport/drain.test.ts",
  "test/telemetry/cost-book.test.ts",
  "test/engines/mcp.test.ts",
];

/** Tests that hold a clock to what they see: nothing else may run beside them. */
const timed = [
  "test/transport/first-delta.test.ts",
  "test/client/markdown-speed.test.ts",
  "test/domain/discount.speed.test.ts",
  "test/browser/speed.test.ts",
  "test/browser/console-speed.test.ts",
  "test/browser/takeover.test.ts",
  "test/cluster/death.test.ts",
  "test/cluster/sleep.test.ts",
  "test/cluster/takeover.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const at = waiting.findIndex((path) => moduleId.endsWith(path));
      return at < 0 ? waiting.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

const shared = { testTimeout: 60_000, hookTimeout: 60_000, maxConcurrency: 3 };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { ...shared, name: "waiting", include: waiting, maxWorkers: 4, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "all",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: [...configDefaults.exclude, ...waiting, ...timed],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: "timed", include: timed, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
