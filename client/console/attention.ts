import { attempt } from "../attempt.ts";
import { wallClock } from "../chat/clock.ts";
import { openTitleHint } from "../widget/title.ts";
import { openBell } from "./desk/bell.ts";
import { nameOf } from "./names.tsx";
import type { Scene } from "./scene.tsx";

/** Gives whether notifications may be shown, having asked the browser's user where that is open. */
export async function askToNotify(wanted: boolean): Promise<boolean> {
  if (!wanted || !("Notification" in globalThis)) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Tells of those who wait for a person in the title, by sound and by notification, again until somebody takes them. */
export function callAttention({ desk, settings, announcer, acts }: Omit<Scene, "signOut">): () => void {
  const { inbox } = desk;
  const title = openTitleHint();
  const words = () => settings.now.words;
  const bell = openBell(wallClock, (fresh) => {
    const text = fresh.length === 1 ? words().attention.came(nameFor(fresh[0])) : countText();
    if (fresh.length > 0) announcer.say(text);
    if (settings.now.sound) playChime();
    if (settings.now.notify && document.hidden) notify(text, () => acts.look("waiting"));
  });

  const countText = () => words().attention.waiting(inbox.counts.waiting);
  function nameFor(conversationId = ""): string {
    const summary = inbox.row(conversationId);
    return summary ? nameOf(summary, words()) : words().guest;
  }

  function look(): void {
    const waiting = inbox.ids("waiting");
    title.show(waiting.length > 0 ? words().attention.title(waiting.length) : "");
    bell.show(waiting, desk.state.me?.state === "available");
  }
  look();
  const stops = [inbox.watchLists(look), desk.subscribe(look)];
  return () => {
    for (const stop of stops) stop();
    bell.close();
    title.show("");
  };
}

function notify(text: string, onClick: () => void): void {
  attempt(() => {
    const notification = new Notification("Tidegate", { body: text, tag: "tidegate-waiting" });
    notification.onclick = () => {
      window.focus();
      onClick();
      notification.close();
    };
  });
}

let audio: AudioContext | undefined;

/** Two soft notes; browsers that want a touch of the page first stay silent until then. */
function playChime(): void {
  attempt(() => {
    audio ??= new AudioContext();
    playNote(audio, 660, 0);
    playNote(audio, 880, 0.16);
  });
}

function playNote(context: AudioContext, hertz: number, afterSeconds: number): void {
  const from = context.currentTime + afterSeconds;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, from);
  volume.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.4);
  tone.connect(volume).connect(context.destination);
  tone.start(from);
  tone.stop(from + 0.45);
}
