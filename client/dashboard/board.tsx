import type { ComponentChildren } from "preact";
import type { ServiceState } from "../../src/contract/service.ts";
import { Guard } from "../staff/reading.tsx";
import { Audit } from "./audit.tsx";
import { Charts } from "./charts.tsx";
import { useNow } from "./clock.ts";
import { ageOf, staleMs } from "./feed/feed.ts";
import { Cost, FirstToken, Flow, Line } from "./figures.tsx";
import { StaleBar } from "./header.tsx";
import { Nodes } from "./nodes.tsx";
import { RelayHealth } from "./relay.tsx";
import { useFeed, useWords } from "./scene.tsx";
import { TierCard } from "./tier.tsx";
import { Troubles } from "./troubles.tsx";

/** All figures; those that are old look old. Below them what else the page has to say. */
export function Board({ children }: { readonly children: ComponentChildren }) {
  const words = useWords();
  const state = useFeed((now) => now);
  const now = useNow();
  const { history } = state;
  const age = ageOf(state, now);
  const isStale = age > staleMs;
  const service = state.service && isStale ? grownOld(state.service, age) : state.service;
  return (
    <main class="board" data-stale={service !== null && isStale}>
      <h1 class="heard">{words.title}</h1>
      <StaleBar />
      {service === null ? (
        <p class="empty">{words.loading}</p>
      ) : (
        <div class="parts">
          <Part name="tier">
            <TierCard service={service} />
          </Part>
          <Part name="troubles">
            <Troubles service={service} />
          </Part>
          <Part name="line">
            <Line service={service} />
          </Part>
          <Part name="first-token">
            <FirstToken service={service} />
          </Part>
          <Part name="flow">
            <Flow service={service} />
          </Part>
          <Part name="cost">
            <Cost service={service} />
          </Part>
          <Part name="charts">
            {history && <Charts history={history} now={isStale ? service.at : service.at + age} />}
          </Part>
          <Part name="nodes">
            <Nodes service={service} />
          </Part>
          <Part name="relay">
            <RelayHealth service={service} />
          </Part>
          <Part name="audit">
            <Audit service={service} />
          </Part>
        </div>
      )}
      {children}
    </main>
  );
}

/** Time has gone on, and nobody knows whether anything still does. */
function grownOld(service: ServiceState, ageMs: number): ServiceState {
  const troubles = service.troubles.map((trouble) => ({ ...trouble, isNow: false }));
  return { ...service, at: service.at + ageMs, troubles };
}

/** What cannot be drawn costs its own place and nothing else. */
function Part({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  const words = useWords();
  return (
    <section class="part" data-part={name} aria-labelledby={`part-${name}`}>
      <Guard
        fallback={
          <p class="empty" id={`part-${name}`}>
            {words.unreadable}
          </p>
        }
      >
        {children}
      </Guard>
    </section>
  );
}
