import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/** Brings a section into view that the address names, once it is there: its content comes after the page. */
export function useArrival<Section extends HTMLElement>(hash: string, there: boolean) {
  const section = useRef<Section>(null);
  const asked = useLocation({ select: (location) => location.hash }) === hash;
  useEffect(() => {
    if (!asked || !there) return;
    section.current?.scrollIntoView({ block: "start" });
    section.current?.focus({ preventScroll: true });
  }, [asked, there]);
  return section;
}
