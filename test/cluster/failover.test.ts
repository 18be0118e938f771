import { test } from "vitest";
import { openRedis, openReplica } from "../support/redis.ts";
import { openSentinels } from "../support/redis-sentinels.ts";
import { until } from "../support/until.ts";
import { expectReady, newcomer, surviveOutage } from "./outage.support.ts";
import { openService } from "./service.support.ts";

test("N4: the master is killed, and Sentinels promote its replica, which may be behind", {
  timeout: 60_000,
}, async () => {
  await using master = await openRedis();
  await using replica = await openReplica(master);
  await using sentinels = await openSentinels(master);
  await using service = await openService({ redis: sentinels });
  let expectKnown = async () => {};
  await surviveOutage(service, {
    title: "failed over",
    begin: () => master.kill(),
    async meanwhile() {
      expectKnown = await newcomer(service);
    },
    async end() {
      await until("the replica is the master", async () => (await sentinels.masterPort()) === replica.port);
      await until("no node misses Redis any more", () => expectReady(service).then(() => true));
    },
  });
  await expectKnown();
});
