/**
 * Properties that only the widget's own parts read, under long names for us and short ones for the customer: half a
 * kilobyte. Never one of the wire, of `window.Tidegate`, of the page, or of what is looked up by a string.
 */
export const innerNames = [
  ...["accepted", "agentAnswers", "allSteps", "answering", "askAgain", "askingForPerson", "called", "callPerson"],
  ...["charactersLeft", "chime", "compositionEnded", "compositionStarted", "contentIndent", "copied", "dismiss"],
  ...["dissolve", "dropPerson", "greeting", "howWasIt", "inStock", "isFull", "isLast", "isParagraph", "isPossible"],
  ...["keepGuest", "keepOnly", "labelled", "lacking", "leaveHint", "leaveLine", "leaveMessage", "lookingUp"],
  ...["lookingUpSomething", "madeByAi", "moreCards", "neededIndent", "notices", "notLookedUp", "notSent", "onBegun"],
  ...["openFence", "others", "patch", "reconcile", "redraw", "refusal", "renewLater", "retryIn", "runningTurnId"],
  ...["settle", "silentMs", "simulatedMeaning", "sorryForBad", "startsByItself", "takeBack", "takesFocus", "textOf"],
  ...["thanksForGood", "thanksForRating", "titled", "titleHint", "transcript", "urgent", "waitingForPerson"],
  ...["watchText", "whyWaiting", "yourTurn"],
] as const;
