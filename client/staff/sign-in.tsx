import { useState } from "preact/hooks";
import { otherLocale } from "./settings.ts";
import type { StaffWords } from "./words.ts";

interface SignInProps {
  readonly words: StaffWords;
  /** Why the last token was not taken. */
  readonly fault: string | undefined;
  onToken(token: string): void;
  onSwitchLanguage(): void;
}

/** Where a token is pasted. */
export function SignIn({ words, fault, onToken, onSwitchLanguage }: SignInProps) {
  const { signIn } = words;
  const [token, setToken] = useState("");
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim()) onToken(token.trim());
        }}
      >
        <h1>{words.title}</h1>
        <p class="faint">{signIn.lead}</p>
        {fault && (
          <p class="fault" role="alert">
            {signIn.refused} {fault}
          </p>
        )}
        <label>
          {signIn.label}
          <input
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <p class="faint">{signIn.hint}</p>
        <div class="acts">
          <button type="button" class="button" lang={otherLocale(words)} onClick={onSwitchLanguage}>
            {words.settings.otherLanguage}
          </button>
          <button type="submit" class="button main">
            {signIn.go}
          </button>
        </div>
      </form>
    </main>
  );
}
