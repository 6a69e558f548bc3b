import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import { formatChange } from "../lib/money";
import classes from "./change.module.css";

/** A change with its direction: more cost is red, less is green, and the sign says it without colour. */
export function Change({ percent, title }: { percent: number | null | undefined; title?: string }) {
  if (percent === undefined) return <span className={classes.none}>–</span>;
  const direction = percent === null || percent >= 0.05 ? "up" : percent <= -0.05 ? "down" : "flat";
  return (
    <span className={`${classes.change} tabular`} data-direction={direction} title={title}>
      {direction === "up" && <IconArrowUpRight size={14} stroke={2} aria-hidden />}
      {direction === "down" && <IconArrowDownRight size={14} stroke={2} aria-hidden />}
      {formatChange(percent)}
    </span>
  );
}
