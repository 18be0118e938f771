import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { generous, openTestServer, secret } from "../support/server.ts";
import { judge } from "./checks.ts";
import { documentOf } from "./document.ts";
import { onOneTier } from "./line-stage.ts";
import { renderPage } from "./page/page.ts";
import { play } from "./play.ts";
import { Report } from "./report.ts";
import type { Plan } from "./scenarios.ts";
import { sharesOf } from "./shares.ts";
import { openFar } from "./stage/deployment.ts";

const tiers = onOneTier({ perSecond: 15, burst: 8 });

/** A rush of three seconds: twice what may begin. */
const rush: Plan = {
  title: "A rush",
  sockets: 60,
  phases: [{ seconds: 3, from: 8, to: 40 }],
  admission: { tiers },
  incidents: [],
  settleSeconds: 20,
  expects: ["holds-sockets"],
  warmsUp: false,
};

function narrow(config: Config): Config {
  const { admission } = config;
  const acceptBelow = { vip: 40, member: 34, guest: 24 };
  const line = { ...admission.line, max: 40, acceptBelow };
  const { high, medium, degraded } = admission.tiers;
  const rates = {
    high: { ...high, ...tiers.high },
    medium: { ...medium, ...tiers.high },
    degraded: { ...degraded, ...tiers.high },
  };
  return { ...generous(config), admission: { ...admission, line, tiers: rates } };
}

test("a rush on a real service: worker processes ask on time, everybody is followed to the end, and a page tells it", async () => {
  await using server = await openTestServer({ config: narrow });
  await using deployment = await openFar({ urls: [server.url], simulator: server.relayUrl, secret });
  const shares = sharesOf(rush, { workers: 2, ramp: 200 }, deployment);
  const findings = await play({ plan: rush, deployment, shares, signal: new AbortController().signal });
  const report = new Report(() => {});
  judge(report, findings);
  const failed = report.checks.filter(({ holds, isOwn }) => !holds && !isOwn);
  expect(failed).toEqual([]);
  expect(findings.asked.length).toBe(72);
  const of = (name: string) => findings.asked.filter((asked) => asked.class === name).length;
  expect([of("vip") > 0, of("member") > 0, of("guest") > 0]).toEqual([true, true, true]);
  expect(findings.asked.filter(({ told }) => told.length > 0).length).toBeGreaterThan(10);
  expect(renderPage(documentOf("rush", report, findings))).toContain("72 questions");
});
