import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Daemon } from "../support/daemon.ts";
import { freePort } from "../support/ports.ts";
import { ensurePrometheus } from "../support/prometheus.ts";
import { until } from "../support/until.ts";

/** An alert that fires, or is about to. */
export interface Alert {
  readonly name: string;
  readonly severity: string;
  readonly isFiring: boolean;
  /** What it says of itself. */
  readonly summary: string;
}

const given = join(import.meta.dirname, "../../docs/deploy/prometheus");

/** A Prometheus of its own with the configuration and the rules of `docs/deploy`, looking at other nodes. */
export class Prometheus implements AsyncDisposable {
  readonly #url: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(url: string, stack: AsyncDisposableStack) {
    this.#url = url;
    this.#stack = stack;
  }

  /** @param targets `host:port` of each node, which lets in whoever shows `token` */
  static async open(targets: readonly string[], token: string): Promise<Prometheus> {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "tidegate-prometheus-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const config = parse(await readFile(join(given, "prometheus.yml"), "utf8"));
    const [job] = config.scrape_configs;
    const authorization = { credentials: token };
    const own = {
      ...config,
      rule_files: [join(given, "alerts.yml")],
      scrape_configs: [{ ...job, authorization, static_configs: [{ targets }] }],
    };
    const file = join(folder, "prometheus.yml");
    await writeFile(file, stringify(own));
    const address = `127.0.0.1:${await freePort()}`;
    const args = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`];
    const daemon = stack.use(new Daemon("Prometheus", ensurePrometheus(), args));
    const url = `http://${address}`;
    await daemon.whileAlive(until("Prometheus is ready", async () => (await fetch(`${url}/-/ready`)).ok));
    return new Prometheus(url, stack.move());
  }

  async alerts(): Promise<readonly Alert[]> {
    const { data } = await this.#ask("alerts");
    return data.alerts.map(({ labels, annotations, state }: Told) => ({
      ...{ name: labels["alertname"], severity: labels["severity"], summary: annotations["summary"] },
      isFiring: state === "firing",
    }));
  }

  /** How many nodes it has read at least twice: before that it knows of no rise. */
  async seen(): Promise<number> {
    const { data } = await this.#ask("query?query=count_over_time(up[1m])>=2");
    return data.result.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  // biome-ignore lint/suspicious/noExplicitAny: of Prometheus' own interface, read where it is asked
  async #ask(what: string): Promise<any> {
    return (await fetch(`${this.#url}/api/v1/${what}`)).json();
  }
}

interface Told {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}
