import { Component, type ComponentChildren, type ComponentType, h } from "preact";
import { useEffect, useState } from "preact/hooks";

/** What `read` gives, now and after each change that is told; the part is drawn again only when it differs. */
export function useRead<T>(subscribe: (listener: () => void) => () => void, read: () => T, about: unknown = 0): T {
  const [, redraw] = useState({});
  const value = read();
  useEffect(() => {
    let shown = value;
    const look = () => {
      const next = read();
      if (Object.is(next, shown)) return;
      shown = next;
      redraw({});
    };
    // It may have changed between drawing and listening.
    look();
    return subscribe(look);
  }, [subscribe, about]);
  return value;
}

interface GuardProps {
  readonly fallback: ComponentChildren;
  readonly children: ComponentChildren;
}

/** What cannot be drawn costs its own place and nothing else. */
export class Guard extends Component<GuardProps, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(): void {
    this.setState({ failed: true });
  }

  override render({ children, fallback }: GuardProps): ComponentChildren {
    return this.state.failed ? fallback : children;
  }
}

/** A part that is drawn again only when one of its properties is another, or something that it listens to. */
export function still<P extends object>(part: (props: P) => ComponentChildren): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before = this.props as Readonly<Record<string, unknown>>;
      return Object.entries(next).some(([name, value]) => before[name] !== value);
    }

    override render(): ComponentChildren {
      // CAST: the properties are the part's own; Preact adds children and ref, which it takes out again.
      return h(part as ComponentType<object>, this.props);
    }
  };
}
