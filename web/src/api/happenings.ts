import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { paths } from "../address/path-builder";
import { beTold, isTold } from "./told";
import type { Stand } from "./types";

/** Between tries to be told again, and between looks while nobody tells. */
const AGAIN_MS = 20_000;

/** Without a word for so long a stream is dead, whatever the browser makes of it: the server speaks every 15 seconds. */
const SILENT_MS = 40_000;

/** What shows each part of how an organization stands. */
const shows = {
  data: ["overview", "connections", "connection"],
  health: ["overview", "connections", "connection"],
  work: ["overview", "connections", "connection"],
} as const satisfies Record<keyof Stand, readonly string[]>;

/** Queries whose answers are others once an organization stands otherwise. */
export function outdated(before: Stand | undefined, now: Stand): string[] {
  const parts = (Object.keys(shows) as (keyof Stand)[]).filter((part) => before?.[part] !== now[part]);
  return [...new Set(parts.flatMap((part) => shows[part]))];
}

/**
 * Listens to what happens in the organization, so that pages change by themselves. Only while the page is seen: a
 * browser has few connections to a server, and many tabs. Whatever ends the stream, pages ask by themselves until
 * there is another.
 */
export function useHappenings(organization: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => (organization === undefined ? undefined : listen(client)), [organization, client]);
}

function listen(client: QueryClient): () => void {
  let source: EventSource | undefined;
  let known: Stand | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const renew = (keys: readonly string[]) => {
    for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
  };
  const stop = () => {
    clearTimeout(retry);
    clearTimeout(silence);
    source?.close();
    source = undefined;
    beTold(false);
  };
  const fail = () => {
    stop();
    // Signed out, removed, a server that was started again, a network that is gone: the answers say which.
    renew(outdated(undefined, { data: "", health: "", work: "" }));
    retry = setTimeout(begin, AGAIN_MS);
  };
  const spoke = () => {
    clearTimeout(silence);
    silence = setTimeout(fail, SILENT_MS);
  };
  const begin = () => {
    if (source || document.visibilityState !== "visible") return;
    const opened = new EventSource(paths.events());
    source = opened;
    spoke();
    opened.addEventListener("alive", spoke);
    opened.addEventListener("stand", (event) => {
      spoke();
      const now = JSON.parse(event.data) as Stand;
      const begins = !isTold();
      beTold(true);
      // What was loaded before the first word may be older than it.
      renew(begins && !known ? ["overview"] : outdated(known, now));
      known = now;
    });
    opened.addEventListener("error", fail);
  };
  const seen = () => {
    if (document.visibilityState === "visible") begin();
    else stop();
  };
  document.addEventListener("visibilitychange", seen);
  begin();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    stop();
  };
}
