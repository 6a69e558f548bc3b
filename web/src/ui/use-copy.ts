import { useEffect, useState } from "react";
import { copyText } from "../lib/copy";

/** How long "Copied" stands. */
const shownMs = 2000;

/** Copies a text, and says for a moment that it is done, or that it cannot be. */
export function useCopy(): ["ready" | "copied" | "failed", (text: string) => void] {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready");
  useEffect(() => {
    if (state !== "copied") return;
    const timer = setTimeout(() => setState("ready"), shownMs);
    return () => clearTimeout(timer);
  }, [state]);
  return [state, (text) => void copyText(text).then((copied) => setState(copied ? "copied" : "failed"))];
}
