import MiniSearch from "minisearch";

/** What is looked through of a product, best first. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly stock: number;
}

export interface ProductIndex {
  /** Ids of what fits best, the best first. */
  find(query: string, limit: number): string[];
}

const chinese = /^\p{Script=Han}/u;
const runs = /\p{Script=Han}+|[\p{L}\p{N}](?:[\p{L}\p{N}'’]*[\p{L}\p{N}])?/gu;

/** What people say around what they look for. */
const fillers = new Set([
  ..."的了吗呢啊有没是我你要想买个一顶件款什么这那和给请帮推荐看下能可以".split(""),
  ..."a an and any are can do for have i in is it me my of on please show some the to want what which with you".split(
    " ",
  ),
]);

/** Chinese is written without spaces: each character, and each two that stand beside each other, is a term. */
export function termsOf(text: string): string[] {
  const found = text.normalize("NFKC").toLowerCase().match(runs) ?? [];
  return found.flatMap((run) =>
    chinese.test(run) ? phrasesOf(run).flatMap(charactersAndPairs) : [withoutPlural(run)],
  );
}

/** What stands between fillers. */
function phrasesOf(run: string): string[][] {
  const phrases: string[][] = [[]];
  for (const character of run) {
    if (fillers.has(character)) phrases.push([]);
    else phrases.at(-1)?.push(character);
  }
  return phrases;
}

function charactersAndPairs(characters: readonly string[]): string[] {
  return [...characters, ...characters.slice(1).map((second, at) => `${characters[at]}${second}`)];
}

function withoutPlural(word: string): string {
  return word.length > 3 ? word.replace(/(?:'s|’s|(?<!s)s)$/, "") : word;
}

/** Pairs say most: a character of one only helps where the pair does not, as with a slip of the brush. */
function weightOf(term: string, _: number, terms: readonly string[]): number {
  const isPart = chinese.test(term) && terms.some((other) => other.length > term.length && other.includes(term));
  return isPart ? 0.15 : 1;
}

/** A word may be begun only; five letters may have one wrong, six and more two, which is what two in wrong order are. */
const tolerance = {
  prefix: (term: string) => !chinese.test(term) && term.length >= 3,
  fuzzy: (term: string) => (/^[^\P{L}\p{Script=Han}]{5,}$/u.test(term) ? Math.min(2, term.length - 4) : false),
};

/** What scores less than this share of the best does not fit. */
const fitting = 0.3;

export function indexProducts(entries: readonly Entry[]): ProductIndex {
  const stock = new Map(entries.map((entry) => [entry.id, entry.stock]));
  const index = new MiniSearch<Entry>({
    fields: ["name", "about", "id"],
    tokenize: termsOf,
    processTerm: (term) => (fillers.has(term) ? null : term),
    searchOptions: {
      ...tolerance,
      boost: { name: 3, id: 2 },
      boostTerm: weightOf,
      weights: { fuzzy: 0.3, prefix: 0.6 },
      // Of equals, what can be sent now comes first.
      boostDocument: (id) => (stock.get(String(id)) === 0 ? 0.9 : 1),
    },
  });
  index.addAll(entries);
  return {
    find: (query, limit) => {
      const found = index.search(query);
      const least = (found[0]?.score ?? 0) * fitting;
      return found
        .filter(({ score }) => score >= least)
        .slice(0, limit)
        .map(({ id }) => String(id));
    },
  };
}
