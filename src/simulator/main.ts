import { openSimulator } from "./server.ts";

const defaultPort = 4010;
const port = Number(process.env["SIMULATOR_PORT"] ?? defaultPort);
const simulator = await openSimulator({ port });
console.log(
  `Simulator: a stand-in for the Messages API at ${simulator.baseUrl}. Its answers are made up; no model is called.`,
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void simulator.close().then(() => process.exit(0));
  });
}
