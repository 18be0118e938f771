const drawings = {
  back: "M15 5l-7 7 7 7",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 20q1-6 8-6t8 6",
  down: "M12 5v14M6 13l6 6 6-6",
  bell: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5zM10 20h4",
  mute: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5zM10 20h4M4 4l16 16",
  message: "M4 5h16v11H9l-5 4z",
  light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  dark: "M20 14A8.5 8.5 0 1 1 10 4a7 7 0 0 0 10 10",
  auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 3v18M12 7h6M12 12h9M12 17h6",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3q-1 .5-1 1.7M12 17h.01",
  out: "M14 4H6v16h8M10 12h10M16 8l4 4-4 4",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  headset: "M4 14v-1a8 8 0 0 1 16 0v1M4 14h3v5H5q-1 0-1-1zM20 14h-3v5h2q1 0 1-1zM19 19q-1 2-5 2",
  spark: "M12 3l2 7 7 2-7 2-2 7-2-7-7-2 7-2z",
  card: "M3 6h18v12H3zM3 10h18M7 15h4",
} as const;

export type IconName = keyof typeof drawings;

/** Decoration only: what it means is said by the element around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
