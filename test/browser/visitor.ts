import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { TidegateApi } from "../../client/widget/api.ts";

/** What the page's script heard from the widget, in order. */
export interface Heard {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: of whatever event; tests look at what they asked for
  readonly detail: any;
}

declare global {
  interface Window {
    heard: Heard[];
    grown: string[];
    spoken: string[];
  }
}

export interface VisitOptions extends BrowserContextOptions {
  /** Runs in every page before its own scripts. */
  readonly before?: () => void;
}

/** Somebody in a browser profile of their own, with everything recorded that a page must not do. */
export class Visitor implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly url: string;
  /** Violations of policies, errors of scripts, dialogs. */
  readonly complaints: string[] = [];
  /** Everything that was fetched, of whatever kind. */
  readonly fetched: string[] = [];

  constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context;
    this.page = page;
    this.url = url;
    this.#record();
  }

  #record(): void {
    const { context, page, complaints, fetched } = this;
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("console", (line) => {
      if (line.type() === "error" || line.type() === "warning") complaints.push(`console: ${line.text()}`);
    });
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on("request", (request) => fetched.push(request.url()));
    page.on("websocket", (socket) => fetched.push(socket.url().replace(/^ws/, "http")));
  }

  async visit(path = "/"): Promise<this> {
    await this.page.goto(this.url + path);
    return this;
  }

  /** Opens the panel as a customer does, and waits until it is connected. */
  async open(): Promise<this> {
    await this.launcher.click();
    await this.online();
    return this;
  }

  online(): Promise<void> {
    return this.page.locator('.panel[data-link="online"]').waitFor();
  }

  get launcher(): Locator {
    return this.page.locator("tidegate-widget section > button");
  }

  get panel(): Locator {
    return this.page.locator("tidegate-widget .panel");
  }

  get field(): Locator {
    return this.panel.locator("textarea");
  }

  get questions(): Locator {
    return this.panel.locator(".question");
  }

  get answers(): Locator {
    return this.panel.locator("[data-turn]");
  }

  get lastText(): Locator {
    return this.answers.last().locator(".text");
  }

  get sendButton(): Locator {
    return this.panel.locator('button.send[type="submit"]');
  }

  get stopButton(): Locator {
    return this.panel.locator('button.send[type="button"]');
  }

  /** Writes into the field and presses Enter. */
  async ask(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** As if the tab had been left, or come back to. */
  away(hidden: boolean): Promise<void> {
    return this.page.evaluate((isAway) => {
      Object.defineProperty(document, "hidden", { get: () => isAway, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  }

  /** From now on everything that the polite voice says is kept. */
  async listen(): Promise<() => Promise<string[]>> {
    await this.page.locator('tidegate-widget [aria-live="polite"]').evaluate((region) => {
      window.spoken = [];
      new MutationObserver(() => window.spoken.push(region.textContent?.trim() ?? "")).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    return () => this.page.evaluate(() => window.spoken);
  }

  /** Waits until so many answers have ended. */
  async ended(count: number): Promise<void> {
    await this.panel
      .locator('[data-turn][data-state="ended"]')
      .nth(count - 1)
      .waitFor();
  }

  /** Asks the only question so far and gives its answer as the page's script is told it. */
  async answerTo(text: string): Promise<string> {
    await this.ask(text);
    await this.ended(1);
    return (await this.answersHeard())[0] ?? "";
  }

  /** Waits until the last answer shows at least so many characters. */
  async grownTo(chars: number): Promise<void> {
    await this.page.waitForFunction((least) => {
      const texts = document.querySelector("tidegate-widget")?.shadowRoot?.querySelectorAll("[data-turn] .text");
      return (texts?.[texts.length - 1]?.textContent ?? "").length >= least;
    }, chars);
  }

  /** From now on every text that the last answer has shown is kept. */
  async watchGrowth(): Promise<() => Promise<string[]>> {
    await this.page.evaluate(() => {
      const root = document.querySelector("tidegate-widget")?.shadowRoot;
      const grown: string[] = [];
      window.grown = grown;
      const look = () => {
        const texts = root?.querySelectorAll("[data-turn] .text");
        const text = texts?.[texts.length - 1]?.textContent ?? "";
        if (text !== grown.at(-1)) grown.push(text);
      };
      if (root) new MutationObserver(look).observe(root, { subtree: true, childList: true, characterData: true });
    });
    return () => this.page.evaluate(() => window.grown);
  }

  heard(): Promise<Heard[]> {
    return this.page.evaluate(() => window.heard);
  }

  /** The whole texts of answers as the page's script was told them. */
  async answersHeard(): Promise<string[]> {
    const heard = await this.heard();
    return heard.filter(({ event }) => event === "message").map(({ detail }) => detail.text);
  }

  /** Calls `window.Tidegate`. */
  call<N extends keyof TidegateApi>(name: N, ...args: Parameters<TidegateApi[N]>): Promise<void> {
    return this.page.evaluate(
      ([method, given]) => {
        // CAST: the pair was checked by the signature above; it cannot be told to the page.
        const api = window.Tidegate as unknown as Record<string, (...given: unknown[]) => void>;
        api[method]?.(...given);
      },
      [name, args] as [string, unknown[]],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

const desktop = { width: 1280, height: 800 };

/** What makes a visitor one with a phone in the hand. */
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** A new person at the shop's front page, Chinese unless the options say otherwise. */
export async function openVisitor(
  { browser, url }: { browser: Browser; url: string },
  { before, ...options }: VisitOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ locale: "zh-CN", viewport: desktop, ...options });
  context.setDefaultTimeout(10_000);
  await context.addInitScript(listen);
  if (before) await context.addInitScript(before);
  return new Visitor(context, await context.newPage(), url);
}

/** Somebody who has just come in. */
export async function visit(shop: { browser: Browser; url: string }, options: VisitOptions = {}): Promise<Visitor> {
  return (await openVisitor(shop, options)).visit();
}

/** Somebody whose panel is open and connected. */
export async function openCustomer(
  shop: { browser: Browser; url: string },
  options: VisitOptions = {},
): Promise<Visitor> {
  return (await visit(shop, options)).open();
}

/** Another tab of the same browser, at the shop's front page. */
export async function openTab({ context, url }: Visitor): Promise<Visitor> {
  return new Visitor(context, await context.newPage(), url).visit();
}

/** Runs in the page: hears all events from the moment the loader has run, and what policies forbid. */
function listen(): void {
  window.heard = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
    console.error(`violation of ${violatedDirective}: ${blockedURI} ${sample}`),
  );
  document.addEventListener("DOMContentLoaded", () => {
    for (const event of [
      ...(["ready", "opened", "closed", "unread", "message"] as const),
      ...(["ended", "handoff", "resolved", "rated", "error"] as const),
    ])
      window.Tidegate?.on(event, (detail) => window.heard.push({ event, detail }));
  });
}
