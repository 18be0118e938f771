import type { ServiceState } from "../../src/contract/service.ts";
import type { Announcer } from "../widget/announce.ts";
import type { FeedState } from "./feed/feed.ts";
import type { Scene } from "./scene.tsx";
import { wordsOf } from "./troubles.tsx";
import type { Words } from "./words/words.ts";

/** Tells the ear what the eye sees change: the level, each new trouble once, and when the connection goes or is back. */
export function narrate({ feed, settings, announcer }: Pick<Scene, "feed" | "settings" | "announcer">): () => void {
  let before = feed.state;
  return feed.subscribe(() => {
    const after = feed.state;
    const { words } = settings.now;
    tellLink(before, after, words, announcer);
    if (before.service && after.service) tellService(before.service, after.service, words, announcer);
    before = after;
  });
}

function tellLink({ link: before }: FeedState, { link }: FeedState, words: Words, announcer: Announcer): void {
  if (before === "online" && link === "reconnecting") announcer.alert(words.links.reconnecting);
  if (before === "reconnecting" && link === "online") announcer.say(words.spoken.online);
}

function tellService(before: ServiceState, after: ServiceState, words: Words, announcer: Announcer): void {
  const { tier } = after.tier;
  if (tier !== before.tier.tier) announcer.alert(words.spoken.tier(words.tier.names[tier] ?? tier));
  for (const trouble of newTroubles(before, after)) announcer.say(wordsOf(trouble, words).what(trouble.about));
}

/** Those that go on now and did not a moment ago. */
export function newTroubles(before: ServiceState, after: ServiceState): ServiceState["troubles"] {
  const known = new Set(before.troubles.filter(({ isNow }) => isNow).map(({ code, about }) => `${code} ${about}`));
  return after.troubles.filter(({ code, about, isNow }) => isNow && !known.has(`${code} ${about}`));
}
