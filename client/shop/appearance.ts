export type Appearance = "light" | "dark";

const key = "tide-shop:appearance";

/** What was chosen here before, else what the system prefers. Storage may be blocked: then nothing was chosen. */
export function readAppearance(): Appearance {
  try {
    const kept = localStorage.getItem(key);
    if (kept === "light" || kept === "dark") return kept;
  } catch {}
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Shows the page and the chat in one appearance and remembers it. */
export function chooseAppearance(appearance: Appearance): void {
  showAppearance(appearance);
  try {
    localStorage.setItem(key, appearance);
  } catch {}
}

export function showAppearance(appearance: Appearance): void {
  document.documentElement.dataset["theme"] = appearance;
  window.Tidegate?.setTheme(appearance);
}
