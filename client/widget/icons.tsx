const drawings = {
  wave: "M3 9q3-4 6 0t6 0 6 0M3 15q3-4 6 0t6 0 6 0",
  close: "M6 6l12 12M18 6 6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  down: "M12 5v14M6 13l6 6 6-6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 20q1-6 8-6t8 6",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
} as const;

export type IconName = keyof typeof drawings;

/** Decoration only: what it means is said by the element around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" data-icon={name}>
      <path d={drawings[name]} />
    </svg>
  );
}
