import type { Keeper } from "../../chat/keeper.ts";

/** The sound of something new: off until the customer wants it, and then remembered. */
export interface Chime {
  readonly on: boolean;
  /** Switches; on is confirmed by the sound itself. */
  toggle(): void;
  /** Sounds if it is on, and if the browser lets this page sound. */
  chime(): void;
}

const name = "sound";
/** Two soft tones, one after the other. */
const tonesHz = [784, 1_047];
const apartSeconds = 0.14;
const loudness = 0.08;
const fadeSeconds = 0.35;

export function openChime(keeper: Keeper): Chime {
  let context: AudioContext | undefined;
  const isOn = () => keeper.read(name) === "on";

  function chime(): void {
    if (!isOn() || !globalThis.AudioContext) return;
    context ??= new AudioContext();
    // A page that nobody has touched may not sound: then it stays silent.
    void context.resume().catch(() => {});
    for (const [at, hz] of tonesHz.entries()) sound(context, hz, context.currentTime + at * apartSeconds);
  }

  return {
    get on() {
      return isOn();
    },
    chime,
    toggle() {
      keeper.write(name, isOn() ? null : "on");
      chime();
    },
  };
}

function sound(context: AudioContext, hz: number, at: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = hz;
  volume.gain.setValueAtTime(loudness, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + fadeSeconds);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + fadeSeconds);
}
