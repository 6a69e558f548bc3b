import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { approximate } from "../lib/decimal";
import { counted, formatCount } from "../lib/quantity";
import { sorted } from "../ui/sort";
import { daysText } from "./owned-data";
import { Section } from "./section";
import table from "./table.module.css";
import type { Waste, WasteRule } from "./types";
import classes from "./waste.module.css";
import { confidenceTone, rangeText } from "./words";

interface Props {
  waste: Waste;
  chosen: number | undefined;
  onChoose: (rule: number | undefined) => void;
}

const most = 8;

/** Rules that found something, the dearest first; a click shows their findings alone, and what is to be done. */
export function WasteRules({ waste, chosen, onChoose }: Props) {
  const [all, setAll] = useState(false);
  const { currency } = waste;
  const rules = useMemo(
    () =>
      sorted(
        waste.rules,
        { column: "size", descending: true },
        {
          size: (a, b) => approximate(a.monthly) - approximate(b.monthly) || a.findings - b.findings,
        },
      ).filter((one) => one.findings > 0),
    [waste],
  );
  const largest = Math.max(0, ...rules.map((one) => approximate(one.monthly)));
  const open = rules.find((one) => one.rule === chosen);
  return (
    <Section
      title="By rule"
      note={`${daysText(waste)}, ${currency} a month of 730 hours`}
      known={{
        what: "Each rule says what rows prove it. A resource that several rules find counts once in the total, in the rule that says most.",
        assumed: waste.notes,
      }}
    >
      <ul className={classes.rules}>
        {(all ? rules : rules.slice(0, most)).map((one) => (
          <li key={one.rule}>
            <button
              type="button"
              className={classes.rule}
              aria-pressed={one.rule === chosen}
              onClick={() => onChoose(one.rule === chosen ? undefined : one.rule)}
            >
              <span className={classes.name}>{one.title}</span>
              <span className={classes.count}>
                {counted(one.findings, "finding")}
                {one.unknown > 0 && `, ${formatCount(one.unknown)} of unknown amount`}
              </span>
              <span className={classes.track} aria-hidden>
                <span style={{ width: `${largest > 0 ? (100 * approximate(one.monthly)) / largest : 0}%` }} />
              </span>
              <span className={`${classes.amount} tabular`}>
                {rangeText(one.monthly_low, one.monthly, currency)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {rules.length > most && (
        <Button
          className={classes.more ?? ""}
          variant="subtle"
          size="compact-xs"
          onClick={() => setAll(!all)}
        >
          {all ? `Show the dearest ${most}` : `Show all ${rules.length}`}
        </Button>
      )}
      {open && <RuleWords rule={open} />}
    </Section>
  );
}

/** What a rule is about, how it knows, what to do and what could go wrong. */
function RuleWords({ rule }: { rule: WasteRule }) {
  const words = [
    ["What the amount is", rule.what],
    ["How the rows prove it", rule.evidence],
    ["What to do", rule.advice],
    ["What could go wrong", rule.risk],
    ["The permission that would say more", rule.permission],
  ].filter(([, text]) => text);
  return (
    <section className={classes.words} aria-label={`Rule: ${rule.title}`}>
      <p>
        <strong>{rule.title}</strong>{" "}
        <span className={table.badge} data-tone={confidenceTone(rule.confidence)}>
          {rule.confidence} confidence
        </span>
      </p>
      <dl>
        {words.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
