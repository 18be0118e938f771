/** What was looked at, how it is, and what to do where it is not well. */
export interface Finding {
  readonly area: string;
  readonly state: "well" | "doubtful" | "wrong";
  readonly what: string;
  readonly todo?: string | undefined;
}

export const well = (area: string, what: string): Finding => ({ area, state: "well", what });
export const doubtful = (area: string, what: string, todo: string): Finding => ({
  area,
  state: "doubtful",
  what,
  todo,
});
export const wrong = (area: string, what: string, todo: string): Finding => ({ area, state: "wrong", what, todo });

const marks = { well: "✓", doubtful: "!", wrong: "✗" } as const;

/** For people, one finding after the other as they come. */
export function printed({ area, state, what, todo }: Finding): string {
  const line = `${marks[state]} ${area.padEnd(8)} ${what}`;
  return todo === undefined ? line : `${line}\n  ${"".padEnd(8)} → ${todo}`;
}

const bearableSkewMs = 2_000;

/** How far another machine's clock is from this one's. */
export function skewFinding(area: string, whose: string, theirs: number, own: number): Finding {
  const skewMs = Math.round(theirs - own);
  if (Math.abs(skewMs) <= bearableSkewMs) return well(area, `${whose} clock agrees with this machine's`);
  const way = skewMs > 0 ? "behind" : "ahead of";
  return doubtful(
    area,
    `this machine's clock is ${Math.abs(skewMs / 1_000).toFixed(1)} s ${way} ${whose.toLowerCase()}`,
    "let NTP set it (timedatectl set-ntp true): tokens expire too early or too late otherwise",
  );
}
