import { afterAll, beforeAll, expect, test } from "vitest";
import { openRedis } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";
import { expectReady, newcomer, surviveOutage } from "./outage.support.ts";
import { openService, type Service } from "./service.support.ts";

const patience = { timeout: 60_000 };

let redis: RedisProcess;
let service: Service;

beforeAll(async () => {
  redis = await openRedis({ appendonly: true });
  service = await openService({ redis });
});

afterAll(async () => {
  const { faults } = service;
  await service[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  expect(faults).toEqual([]);
});

/** While Redis is away nodes say so and want traffic all the same; a guest who comes then is known everywhere afterwards. */
async function surviveAbsence(
  title: string,
  begin: () => Promise<void> | void,
  end: () => Promise<void> | void,
): Promise<void> {
  let expectKnown = async () => {};
  await surviveOutage(service, {
    title,
    begin,
    lastsMs: 5_000,
    async meanwhile() {
      await expectReady(service, ["redis-away"]);
      expectKnown = await newcomer(service);
    },
    end,
  });
  await until("no node misses Redis any more", () => expectReady(service).then(() => true));
  await expectKnown();
}

test("N4: Redis is killed and gone for five seconds", patience, () =>
  surviveAbsence(
    "killed",
    () => redis.kill(),
    () => redis.start(),
  ),
);

test("N4: Redis hangs for five seconds", patience, () =>
  surviveAbsence(
    "hung",
    () => redis.stop(),
    () => redis.cont(),
  ),
);

test("N4: Redis is restarted twice in a row", patience, () =>
  surviveOutage(service, {
    title: "restarted twice",
    async begin() {
      for (const _ of ["once", "twice"]) {
        await redis.kill();
        await redis.start();
      }
    },
  }),
);

test("N4: Redis loses everything it had", patience, () =>
  surviveOutage(service, {
    title: "emptied",
    async begin() {
      await redis.command("FLUSHALL");
    },
  }),
);
