import type { Theme } from "./api.ts";

/** Puts a theme on the widget's element; what is not given stays as it is. */
export function applyTheme(host: HTMLElement, theme: Theme | Theme["mode"]): void {
  const { mode, accent } = typeof theme === "object" ? theme : { mode: theme };
  if (mode) host.dataset["theme"] = mode;
  if (accent) host.style.setProperty("--tidegate-accent", accent);
}
