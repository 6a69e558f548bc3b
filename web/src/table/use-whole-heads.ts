import { type RefObject, useLayoutEffect } from "react";

/** Least width of what can be hit, in CSS pixels (WCAG 2.5.8). */
const target = 24;
/** Widest that the first column grows: more than any column has. */
const most = 160;

/**
 * Widens the first column by so much that the last one, which stays in view, leaves no sliver of a header's button to
 * either side: either enough to hit it, or nothing. Looked at again whenever `of` or the room changes.
 */
export function useWholeHeads(scroll: RefObject<HTMLElement | null>, of: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: other figures have other widths
  useLayoutEffect(() => {
    const room = scroll.current;
    if (!room) return;
    const widen = () => {
      const buttons = [...room.querySelectorAll<HTMLElement>("thead th button")];
      const [first, last] = [room.querySelector<HTMLElement>("thead th"), buttons.at(-1)];
      if (!first || !last) return;
      first.style.minWidth = "";
      const over = last.getBoundingClientRect();
      const others = buttons.slice(1, -1).map((button) => button.getBoundingClientRect());
      const whole = (shift: number) =>
        others.every((one) => {
          const left = over.left - (one.left + room.scrollLeft + shift);
          const right = one.right + room.scrollLeft + shift - over.right;
          const apart = left >= one.width || right >= one.width;
          return apart || [left, right].every((part) => part <= 0 || part >= target);
        });
      const shift = Array.from({ length: most }, (_, at) => at).find(whole) ?? 0;
      if (shift > 0) first.style.minWidth = `${first.offsetWidth + shift}px`;
    };
    widen();
    const observer = new ResizeObserver(widen);
    observer.observe(room);
    return () => observer.disconnect();
  }, [scroll, of]);
}
