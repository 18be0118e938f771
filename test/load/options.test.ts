import { expect, test } from "vitest";
import { helpPage } from "./help.ts";
import { optionTable, readCommandLine } from "./options.ts";
import { scenarios } from "./scenarios.ts";
import { tooManyFiles } from "./stage/open-files.ts";

test("what is typed is read, and what is not typed is not there", () => {
  const { scenario, typed } = readCommandLine([
    "night",
    "--scale",
    "0.1",
    "--url",
    "http://a:1",
    "--url",
    "http://b:2",
  ]);
  expect(scenario).toBe("night");
  expect(typed).toEqual({ scale: 0.1, url: ["http://a:1", "http://b:2"] });
});

test.each<[args: string[], sentence: string]>([
  [["night", "--foo"], "There is no option --foo: npm run load -- --help names all."],
  [["night", "--scale", "7"], '--scale is a number from 0.005 to 1, not "7".'],
  [["steady", "--nodes", "1.5"], '--nodes is a whole number from 1 to 16, not "1.5".'],
  [["night", "--scale"], "--scale needs a value: npm run load -- --help tells which."],
  [["night", "idle"], "One scenario at a time, and not both night and idle."],
  [["idle", "--url", "foo"], '--url is an address such as http://127.0.0.1:3000, not "foo".'],
  [["idle", "--language", "fr"], '--language is one of zh, en, mix, not "fr".'],
])("%j gets one clear sentence", (args, sentence) => {
  expect(() => readCommandLine(args)).toThrow(sentence);
});

test("the help names every scenario and every option", () => {
  const help = helpPage();
  for (const name of Object.keys(scenarios)) expect(help).toContain(`\n  ${name} `);
  for (const name of Object.keys(optionTable)) expect(help).toContain(`\n  --${name} `);
});

test("more sockets than files may be open are refused with a sentence that says what to do", () => {
  const holders = [
    { what: "process of the generator", sockets: 9_000 },
    { what: "node", sockets: 25_000 },
  ];
  expect(tooManyFiles(holders, 20_000)).toMatch(
    /^Each node would need 25500 open files and this system allows 20000: /,
  );
  expect(tooManyFiles(holders, 30_000)).toBeNull();
});
