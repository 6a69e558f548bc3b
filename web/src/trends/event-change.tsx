import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import classes from "./trends.module.css";
import type { TrendEvent } from "./types";
import { directionWords, eventChange } from "./words";

/** "↗ +212 %": the way in colour, as an arrow, and in words for those who see neither. */
export function EventChange({
  event,
}: {
  event: Pick<TrendEvent, "change_percent" | "is_new" | "kind" | "direction">;
}) {
  const words = eventChange(event);
  if (words === "–") return <span aria-hidden>–</span>;
  const Arrow = event.direction === "increase" ? IconArrowUpRight : IconArrowDownRight;
  return (
    <span className={classes.change} data-direction={event.direction}>
      <Arrow size={14} aria-hidden />
      <span className="hidden">{directionWords[event.direction]} </span>
      {words}
    </span>
  );
}
