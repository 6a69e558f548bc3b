import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import { amountText, direction, type Change as Figures, percentText } from "../lib/change";
import { formatChange } from "../lib/money";
import classes from "./change.module.css";

interface Props {
  change: Figures | null | undefined;
  /** Money in place of percent. */
  currency?: string;
  title?: string | undefined;
}

/** A change with its direction: more cost is red, less is green, and the sign says it without colour. */
export function Change({ change, currency, title }: Props) {
  if (!change) return <span className={classes.none}>–</span>;
  const text = currency === undefined ? percentText(change) : amountText(change, currency);
  // Arrows stand once a row, beside the percent; a dash has none.
  return <Arrow way={direction(change)} text={text} arrow={currency === undefined} title={title} />;
}

/** A change of an estimate, which is no exact figure. */
export function PercentChange({ percent, title }: { percent: number | null; title?: string }) {
  if (percent === null) return <span className={classes.none}>–</span>;
  const way = percent >= 0.05 ? "up" : percent <= -0.05 ? "down" : "flat";
  return <Arrow way={way} text={formatChange(percent)} arrow title={title} />;
}

interface ArrowProps {
  way: "up" | "down" | "flat";
  text: string;
  arrow: boolean;
  title: string | undefined;
}

function Arrow({ way, text, arrow, title }: ArrowProps) {
  const shown = text === "–" || /^[+−]?0\.0 %$/.test(text) ? "flat" : way;
  return (
    <span className={`${classes.change} tabular`} data-direction={shown} title={title}>
      {arrow && shown === "up" && <IconArrowUpRight size={14} stroke={2} aria-hidden />}
      {arrow && shown === "down" && <IconArrowDownRight size={14} stroke={2} aria-hidden />}
      {text}
    </span>
  );
}
