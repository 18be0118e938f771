import css from "./launcher.css?inline";
import type { Locale } from "./words/locale.ts";

const elementName = "tidegate-widget";
const svgNamespace = "http://www.w3.org/2000/svg";
/** A speech bubble with a wave in it. */
const drawing = "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5zM8 13q2-2 4 0t4 0";

/** The one word that must be there before the tables are; that the button opens something, its state says. */
export const launcherLabels: Record<Locale, string> = { "zh-CN": "在线客服", en: "Support chat" };

/**
 * The widget's element. It hangs beside the page's body, where pages that replace their body leave it alone, and it
 * comes back when a page takes it out, as long as there is a `window.Tidegate`.
 */
class WidgetElement extends HTMLElement {
  disconnectedCallback(): void {
    if (window.Tidegate) setTimeout(() => document.documentElement.append(this));
  }
}

export interface Launcher {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  readonly launcher: HTMLButtonElement;
}

/** Paints the round button, in a shadow root of its own. */
export function paintLauncher(locale: Locale): Launcher {
  if (!customElements.get(elementName)) customElements.define(elementName, WidgetElement);
  const host = document.createElement(elementName);
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const region = document.createElement("section");
  const launcher = document.createElement("button");
  region.ariaLabel = launcher.ariaLabel = launcherLabels[locale];
  launcher.ariaHasPopup = "dialog";
  launcher.ariaExpanded = "false";
  launcher.append(drawIcon(drawing));
  region.append(launcher);
  root.append(region);
  document.documentElement.append(host);
  return { host, root, launcher };
}

/** Lines on a field of 24 by 24. */
export function drawIcon(lines: string): SVGElement {
  const icon = document.createElementNS(svgNamespace, "svg");
  const path = document.createElementNS(svgNamespace, "path");
  icon.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", lines);
  icon.append(path);
  return icon;
}
