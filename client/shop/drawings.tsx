import type { VNode } from "preact";

/** Still lifes on a field of 120 by 90, drawn in the colours of the style sheet. */
const drawings = {
  tent: (
    <>
      <path class="ground" d="M6 76h108" />
      <path class="a" d="M60 18 18 76h84z" />
      <path class="b" d="M60 18 84 76h18z" />
      <path class="d" d="M60 34 44 76h32z" />
      <path class="c" d="M60 34v42H44z" />
    </>
  ),
  bag: (
    <>
      <path class="a" d="M20 58c0-18 12-30 34-30h34c10 0 14 8 14 17s-4 25-14 25H34c-9 0-14-4-14-12z" />
      <path class="b" d="M66 28h22c10 0 14 8 14 17s-4 25-14 25H66c9-10 9-32 0-42z" />
      <ellipse class="d" cx="88" cy="49" rx="8" ry="13" />
      <path class="line" d="M30 50c10-6 22-7 34-6M30 60h36" />
    </>
  ),
  lantern: (
    <>
      <path class="ground" d="M22 78h76" />
      <circle class="glow" cx="60" cy="48" r="32" />
      <path class="line" d="M44 26c0-16 32-16 32 0" />
      <rect class="a" x="42" y="24" width="36" height="9" rx="4" />
      <rect class="light" x="45" y="33" width="30" height="32" rx="4" />
      <rect class="a" x="40" y="64" width="40" height="13" rx="5" />
      <path class="line" d="M54 33v32M66 33v32" />
    </>
  ),
  kettle: (
    <>
      <path class="ground" d="M18 78h84" />
      <path class="line" d="M38 34c0-24 44-24 44 0" />
      <path class="a" d="M34 36h52l8 34c1 5-2 8-6 8H32c-4 0-7-3-6-8z" />
      <path class="b" d="M70 36h16l8 34c1 5-2 8-6 8H74c4-14 2-28-4-42z" />
      <path class="a" d="M32 48 16 38l-4 6 16 18z" />
      <rect class="d" x="50" y="28" width="20" height="8" rx="4" />
    </>
  ),
  backpack: (
    <>
      <path class="line" d="M50 20c0-12 20-12 20 0" />
      <rect class="a" x="36" y="18" width="48" height="62" rx="16" />
      <path class="b" d="M66 18h2c10 0 16 7 16 16v30c0 9-6 16-16 16h-2c8-18 8-44 0-62z" />
      <rect class="d" x="44" y="50" width="32" height="22" rx="6" />
      <path class="line" d="M44 58h32M46 36h28" />
    </>
  ),
  boots: (
    <>
      <path class="ground" d="M10 78h100" />
      <path class="a" d="M38 16h24v26c12 4 30 6 34 18v10H34V42z" />
      <path class="b" d="M62 42c12 4 30 6 34 18v4H62z" />
      <path class="d" d="M34 68h64v9H34z" />
      <path class="line" d="M48 26h14M48 34h14M54 46l10 4" />
    </>
  ),
  mug: (
    <>
      <path class="ground" d="M26 80h68" />
      <path class="line" d="M52 8c-3 4 3 6 0 10M66 8c-3 4 3 6 0 10" />
      <rect class="d" x="40" y="22" width="40" height="9" rx="4" />
      <path class="a" d="M42 31h36l-4 45c0 2-2 4-4 4H50c-2 0-4-2-4-4z" />
      <path class="wave" d="M44 54q4-5 8 0t8 0 8 0 8 0" />
      <path class="wave" d="M45 62q4-5 8 0t8 0 7 0 7 0" />
    </>
  ),
  duvet: (
    <>
      <path class="ground" d="M8 80h104" />
      <path class="d" d="M18 44c0-10 8-14 20-14h44c12 0 20 4 20 14v36H18z" />
      <path class="a" d="M12 58c6-8 14-4 24-6s16-8 26-4 20-4 28 0 14 4 18 12v16c0 3-2 4-4 4H16c-2 0-4-2-4-4z" />
      <path class="line" d="M36 54c-4 8-4 16 0 26M62 50c4 10 4 20 0 30M88 50c-4 10-2 20 2 30" />
    </>
  ),
} satisfies Record<string, VNode>;

export type DrawingName = keyof typeof drawings;

export function Drawing({ name }: { name: DrawingName }) {
  return (
    <svg viewBox="0 0 120 90" aria-hidden="true" class="drawing">
      {drawings[name]}
    </svg>
  );
}

/** A tent by the evening sea. */
export function Scenery() {
  return (
    <svg viewBox="0 0 640 420" aria-hidden="true" class="scenery" preserveAspectRatio="xMidYMid slice">
      <rect class="sky" width="640" height="420" />
      <circle class="halo" cx="452" cy="170" r="112" />
      <circle class="sun" cx="452" cy="170" r="62" />
      <path class="far" d="M0 214c60-34 96-12 140-36s82-30 132 2 72 30 120 34H0z" />
      <rect class="sea" y="212" width="640" height="208" />
      <path class="glint" d="M392 230h120M410 248h84M424 268h56M400 290h104M434 312h40" />
      <path class="surf" d="M0 296q40-18 80 0t80 0 80 0 80 0 80 0 80 0 80 0 80 0v124H0z" />
      <path class="sand" d="M0 344c110-38 210-34 330-12s210 14 310-8v96H0z" />
      <path class="tent-a" d="M186 250 112 372h150z" />
      <path class="tent-b" d="M186 250 226 372h36z" />
      <path class="tent-d" d="M186 284 158 372h56z" />
      <path class="rope" d="m186 250 104 112M186 250 84 364" />
      <circle class="fire" cx="316" cy="364" r="7" />
      <path class="bird" d="M300 92q10-10 18 0 8-10 18 0M356 66q8-8 14 0 6-8 14 0" />
    </svg>
  );
}
