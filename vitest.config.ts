import { configDefaults, defineConfig } from "vitest/config";

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

// Tests that mostly wait for clocks to run out run beside one another.
const shared = { testTimeout: 20_000, hookTimeout: 30_000, maxConcurrency: 3 };

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        // Two cores are the smallest machine this has to pass on.
        test: {
          ...shared,
          name: "all",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: [...configDefaults.exclude, ...timed],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: "timed", include: timed, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
