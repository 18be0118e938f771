import type { Visitor } from "./visitor.ts";

/**
 * The words of the widget that are too pale for their ground (WCAG 1.4.3: 4.5, or 3 where they are large), one line for
 * each. By hand, because axe cannot tell what lies behind an element that is no part of the page's body.
 */
export function paleWordsOf({ page }: Visitor): Promise<string[]> {
  return page.locator("tidegate-widget").evaluate((host) => {
    type Colour = [red: number, green: number, blue: number, alpha: number];
    const read = (css: string): Colour => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
      return [red, green, blue, alpha];
    };
    const over = (front: Colour, back: Colour): Colour => {
      const mix = (at: 0 | 1 | 2) => front[at] * front[3] + back[at] * (1 - front[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const groundOf = (element: Element | null): Colour => {
      if (!element) return read("rgb(255, 255, 255)");
      const own = read(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own : over(own, groundOf(element.parentElement));
    };
    const light = (colour: Colour) => {
      const part = (value: number) => (value <= 10.31475 ? value / 3_294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2]);
    };
    const ratioOf = (element: Element, css: string) => {
      const ground = groundOf(element);
      const [low = 0, high = 0] = [light(over(read(css), ground)), light(ground)].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };
    const isLarge = ({ fontSize, fontWeight }: CSSStyleDeclaration) =>
      Number.parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.66 : 24);

    const judge = (element: Element, words: string, pseudo?: string) => {
      const style = getComputedStyle(element, pseudo);
      const ratio = ratioOf(element, style.color);
      return ratio < (isLarge(style) ? 3 : 4.5) ? [`${ratio.toFixed(2)}: ${words.slice(0, 40)}`] : [];
    };
    const elements = [...(host.shadowRoot?.querySelectorAll("*") ?? [])].filter(
      (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".heard"),
    );
    return elements.flatMap((element) => {
      if (element instanceof HTMLTextAreaElement) return judge(element, element.placeholder, "::placeholder");
      const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      const words = texts
        .map((node) => node.textContent)
        .join("")
        .trim();
      return words === "" ? [] : judge(element, words);
    });
  });
}
