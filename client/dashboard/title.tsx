import type { ComponentChildren } from "preact";

interface TitleProps {
  /** The part whose name it is. */
  readonly part: string;
  readonly lead?: string;
  readonly children: ComponentChildren;
}

/** The name of a part, and in paler words what its figures are of. */
export function Title({ part, lead, children }: TitleProps) {
  return (
    <h2 id={`part-${part}`}>
      {children}
      {lead && <span class="faint lead"> {lead}</span>}
    </h2>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  /** It is more than it should be. */
  readonly isBad?: boolean;
}

/** One figure with its name. */
export function Figure({ name, value, unit, isBad = false }: FigureProps) {
  return (
    <div class="figure" data-bad={isBad}>
      <dt>{name}</dt>
      <dd>
        {value}
        {unit && <span class="unit">{unit}</span>}
      </dd>
    </div>
  );
}
