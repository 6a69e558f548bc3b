import { Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { isMetric, metrics } from "../address/metric";
import { type ExplainQuery, queries } from "../api/queries";
import { sumDecimals } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import { Problem } from "../ui/problem";
import drawer from "./drawer.module.css";
import { type CommitmentDifference, differences, makeup } from "./makeup";
import classes from "./parts.module.css";
import { sameRows } from "./same-rows";

interface Props {
  query: ExplainQuery;
  version: string;
}

/** What kinds of charge a figure is made of, where some of them take money off: discounts, credits, refunds, negations. */
export function Makeup({ query, version }: Props) {
  const rows = sameRows(query);
  const asked = {
    metric: query.metric,
    group_by: "charge_type",
    ...(rows ?? { view: "total", from: "", to: "", filter: [] }),
  };
  const found = useQuery({ ...queries.costs(version, asked), enabled: rows !== undefined });
  if (!found.data || found.isPlaceholderData || rows === undefined) return null;
  const charges = makeup(found.data);
  if (charges.length === 0) return null;
  const { currency } = found.data;
  return (
    <section className={drawer.section} aria-labelledby="explain-makeup">
      <Title order={3} size="h5" mb={8} id="explain-makeup">
        What takes money off
      </Title>
      <ul className={classes.parts}>
        {charges.map((one) => (
          <li key={one.name}>
            <span>
              {one.name}
              <Text size="xs" c="dimmed">
                {one.words}
              </Text>
            </span>
            <span className="tabular" title={formatExact(one.total, currency)}>
              {formatMoney(one.total, currency)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Why amortized cost is not what was billed: asked for by a click, for it takes two questions more. */
export function Difference(props: Props) {
  const [opened, setOpened] = useState(false);
  const { metric } = props.query;
  const rows = sameRows(props.query);
  if (!isMetric(metric) || metric === "list" || rows === undefined) return null;
  const { opposite, amortized } = metrics[metric];
  const [spread, billed] = amortized ? [metric, opposite] : [opposite, metric];
  const title = `${metrics[spread].label} against ${metrics[billed].label.toLowerCase()}`;
  return (
    <section className={drawer.section} aria-labelledby="explain-difference">
      <Title order={3} size="h5" mb={8} id="explain-difference">
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {title}
        </button>
      </Title>
      {opened && <Differences version={props.version} rows={rows} spread={spread} billed={billed} />}
    </section>
  );
}

interface DifferencesProps {
  version: string;
  rows: NonNullable<ReturnType<typeof sameRows>>;
  spread: string;
  billed: string;
}

function Differences({ version, rows, spread, billed }: DifferencesProps) {
  const asked = (metric: string) => ({ metric, group_by: "commitment_id,charge_type", ...rows });
  const [one, other] = [
    useQuery(queries.costs(version, asked(billed))),
    useQuery(queries.costs(version, asked(spread))),
  ];
  const error = one.error ?? other.error;
  if (error)
    return <Problem error={error} onRetry={() => void Promise.all([one.refetch(), other.refetch()])} />;
  if (!one.data || !other.data || one.isPlaceholderData || other.isPlaceholderData) {
    return <Skeleton height={120} aria-busy="true" />;
  }
  const { currency } = one.data;
  const found = differences(one.data, other.data);
  const total = sumDecimals(found.map((each) => each.difference));
  const money = (text: string) => (
    <span title={formatExact(text, currency)}>{formatMoney(text, currency)}</span>
  );
  return (
    <>
      <Text size="sm" mb={8}>
        {money(one.data.total)} was billed, {money(other.data.total)} is the cost when up-front and recurring
        fees of commitments are spread over what they cover. The difference of{" "}
        <b data-testid="difference" data-figure={total}>
          {money(total)}
        </b>{" "}
        {found.length === 0 ? "has no parts: no commitment is in these rows." : "by commitment:"}
      </Text>
      {found.length > 0 && (
        <table className={`${classes.table} tabular`}>
          <thead>
            <tr>
              <th scope="col">Commitment and charge</th>
              <th scope="col">Billed</th>
              <th scope="col">Amortized</th>
              <th scope="col">Difference</th>
            </tr>
          </thead>
          {found.map((each) => (
            <CommitmentRows key={each.commitment} each={each} money={money} />
          ))}
        </table>
      )}
    </>
  );
}

function CommitmentRows({ each, money }: { each: CommitmentDifference; money: (text: string) => ReactNode }) {
  const name = each.commitment.slice(each.commitment.lastIndexOf(":") + 1) || "No commitment";
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" title={each.commitment || undefined} colSpan={3}>
          {name}
        </th>
        <td>
          <b>{money(each.difference)}</b>
        </td>
      </tr>
      {each.parts.map((part) => (
        <tr key={part.charge}>
          <th scope="row">{part.charge}</th>
          <td>{money(part.billed)}</td>
          <td>{money(part.amortized)}</td>
          <td>{money(part.difference)}</td>
        </tr>
      ))}
    </tbody>
  );
}
