/** So many arrivals a second at its beginning and at its end, changing evenly in between. */
export interface Phase {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

/** When each one comes, in milliseconds from the beginning of the first phase. */
export function arrivals(phases: readonly Phase[]): number[] {
  const times: number[] = [];
  let [due, beganMs] = [0, 0];
  for (const { seconds, from, to } of phases) {
    const lastsMs = seconds * 1_000;
    for (let ms = 0; ms < lastsMs; ms++) {
      due += (from + ((to - from) * (ms + 0.5)) / lastsMs) / 1_000;
      // Many small steps leave a sum a hair below the whole number that they make.
      while (times.length < Math.floor(due + 1e-6)) times.push(beganMs + ms);
    }
    beganMs += lastsMs;
  }
  return times;
}
