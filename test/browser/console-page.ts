import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { pagePolicy } from "../../src/transport/http.ts";
import { type AgentsServer, openAgentsServer } from "../support/agents-server.ts";
import type { VisitOptions } from "./visitor.ts";

/** A scripted server that serves the built console under the product's own policy. */
export const openConsoleServer = (): Promise<AgentsServer> =>
  openAgentsServer({ path: join(import.meta.dirname, "../../client/dist"), policy: pagePolicy });

/** An agent at the console, with everything recorded that a page must not do. */
export class AgentPage implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Violations of policies, errors of scripts, dialogs. */
  readonly complaints: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.message}`));
    page.on("console", (line) => {
      if (line.type() === "error" || line.type() === "warning") this.complaints.push(line.text());
    });
    page.on("dialog", (dialog) => void dialog.dismiss().then(() => this.complaints.push(dialog.message())));
  }

  row(conversationId: string): Locator {
    return this.page.locator(`#row-${conversationId}`);
  }

  get field(): Locator {
    return this.page.locator("#writing");
  }

  get items(): Locator {
    return this.page.locator(".items");
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name });
  }

  /** Opens a conversation from the list of all. */
  async open(conversationId: string): Promise<void> {
    await this.page.locator(".tabs button").nth(3).click();
    await this.row(conversationId).click();
    await this.field.waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

const desktop = { width: 1366, height: 820 };

/** Somebody who has come with a link that signs them in, and sees their inbox. */
export async function openAgent(
  browser: Browser,
  url: string,
  { token = "li", before, ...options }: VisitOptions & { token?: string } = {},
): Promise<AgentPage> {
  const context = await browser.newContext({ locale: "zh-CN", viewport: desktop, ...options });
  context.setDefaultTimeout(10_000);
  if (before) await context.addInitScript(before);
  const agent = new AgentPage(context, await context.newPage());
  await agent.page.goto(`${url}/console#token=${token}`);
  await agent.page.locator(".presence").waitFor();
  return agent;
}
