const drawings = {
  copy: "M9 9h10v10H9zM15 9V5H5v10h4",
  done: "M5 12l5 5 9-9",
  good: "M7 11v8H4v-8h3l4-7q3 0 2 6h5q2 0 2 2l-1 5q-.5 2-2 2H7",
  bad: "M17 13V5h3v8h-3l-4 7q-3 0-2-6H6q-2 0-2-2l1-5q.5-2 2-2h10",
  again: "M19 8a8 8 0 1 0 1 6M20 4v5h-5",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  bell: "M6 17h12l-1.5-2V10a4.5 4.5 0 0 0-9 0v5zM10.5 20h3",
  star: "M12 4l2.5 5.2 5.7.8-4.100 4 1 5.7-5.100-2.7-5.100 2.7 1-5.7-4.100-4 5.7-.8z",
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
