import { ActionIcon, Text, Tooltip } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import { spanLabel } from "../lib/dates";
import { compareDecimals } from "../lib/decimal";
import { formatExact, formatMoney, moneyRange } from "../lib/money";
import { Problem } from "../ui/problem";
import { Card } from "./card";
import classes from "./summary-cards.module.css";

interface Props {
  version: string;
  filter: string[];
  onExplain: () => void;
}

/** On-demand spend of the last seven complete days that commitments, and spot besides, would have saved. */
export function MissedCard({ version, filter, onExplain }: Props) {
  const found = useQuery(queries.savings(version, filter));
  const { data } = found;
  const missed = data?.missed;
  return (
    <Card
      title="Last week’s missed savings"
      note={missed && spanLabel(missed.from, missed.to)}
      ready={!found.isPending}
    >
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : data && missed && compareDecimals(missed.high, "0") > 0 ? (
        <Missed {...missed} currency={data.currency} lines={data.assumptions} onExplain={onExplain} />
      ) : (
        <Text c="dimmed">
          {missed
            ? "Nothing: no on-demand usage that spot or commitments would have made cheaper."
            : data?.reckoning
              ? "Being reckoned: every hour is replayed."
              : data?.efficiency
                ? (data.assumptions[0] ?? "Not known.")
                : "No day is complete yet."}
        </Text>
      )}
    </Card>
  );
}

interface MissedProps {
  low: string;
  high: string;
  spot: string;
  commitment: string;
  currency: string;
  lines: readonly string[];
  onExplain: () => void;
}

function Missed({ low, high, spot, commitment, currency, lines, onExplain }: MissedProps) {
  // Estimates: cents would pretend to a precision that they do not have.
  const money = (text: string) => formatMoney(text, currency, 0);
  const range = moneyRange(low, high, currency, 0);
  return (
    <>
      <div className={classes.line}>
        <button
          type="button"
          className={`${classes.figure} tabular`}
          title={`${formatExact(low, currency)} – ${formatExact(high, currency)} · show the rows`}
          onClick={onExplain}
        >
          {range}
        </button>
        {lines.length > 0 && <Assumptions lines={lines} />}
      </div>
      <Text size="sm" c="dimmed">
        At best <span title={formatExact(spot, currency)}>{money(spot)}</span> by spot,{" "}
        <span title={formatExact(commitment, currency)}>{money(commitment)}</span> by commitments
      </Text>
      <Text size="sm" c="dimmed">
        Seven complete days, replayed with what 30 days recommend
      </Text>
    </>
  );
}

function Assumptions({ lines }: { lines: readonly string[] }) {
  return (
    <Tooltip
      multiline
      w={340}
      withArrow
      events={{ hover: true, focus: true, touch: true }}
      label={
        <ul className={classes.lines}>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      }
    >
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label="How this is estimated">
        <IconInfoCircle size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
