import { Button, Group as Row, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import { hasRole, useSession } from "../api/session";
import type { BillCandidate, BillQuestion, Connection } from "../api/types";
import { monthLabel, timeLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { counted, formatBytes } from "../lib/quantity";
import { FormProblem } from "../ui/form-problem";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./bill-choices.module.css";
import { type Group, grouped, isOpen, monthsOf } from "./bill-groups";
import healthClasses from "./health.module.css";
import { connectionQueries } from "./queries";
import { useArrival } from "./use-arrival";

/** One bill that is there twice: both candidates side by side, and the choice between them. Nothing where all is once. */
export function BillChoices({ connection }: { connection: Connection }) {
  const { data } = useQuery(connectionQueries.billChoices(connection.id));
  const groups = grouped(data?.questions ?? []);
  const section = useArrival<HTMLElement>("bills", groups.length > 0);
  if (groups.length === 0) return null;
  return (
    <section
      ref={section}
      tabIndex={-1}
      className={`card ${healthClasses.part}`}
      aria-labelledby="bill-choices"
    >
      <h2 id="bill-choices">
        {groups.some((group) => isOpen(group.months[0])) ? "Which bill counts?" : "Which bill counts"}
      </h2>
      {groups.map((group) => (
        <Question key={group.key} group={group} connection={connection} />
      ))}
    </section>
  );
}

function Question({ group, connection }: { group: Group; connection: Connection }) {
  const question = group.months[0];
  const session = useSession();
  const months = monthsOf(group);
  const span =
    months.length === 1
      ? monthLabel(question.period)
      : `${months.length} months, ${monthLabel(months[0] ?? "")} to ${monthLabel(months.at(-1) ?? "")}`;
  const bill = question.payers.length > 0 ? `, bill of ${question.payers.join(", ")}` : "";
  return (
    <article className={classes.question} data-state={question.state} aria-label={`${span}${bill}`}>
      <h3 className={classes.months}>
        {span}
        {bill}
      </h3>
      <p className={isOpen(question) ? classes.open : undefined}>{question.message}</p>
      <div className={classes.sides}>
        {question.candidates.map((one) => (
          <Side key={`${one.connection} ${one.name}`} one={one} question={question} here={connection.id} />
        ))}
      </div>
      {question.difference !== null && (
        <p className={classes.difference}>
          Difference in {monthLabel(question.period)}:{" "}
          <Money amount={question.difference} currency={question.candidates[0]?.currency ?? ""} />
        </p>
      )}
      {group.months.length > 1 && <Months group={group} />}
      {question.choice && (
        <p className={healthClasses.since}>
          Chosen by {question.choice.by}
          {question.choice.at && ` on ${timeLabel(question.choice.at)} (UTC)`},{" "}
          {question.choice.from ? `from ${monthLabel(question.choice.from)} on` : "for every month"}.
        </p>
      )}
      {hasRole(session, "administrator") ? (
        <Choose question={question} months={months} connection={connection} />
      ) : (
        isOpen(question) && <p className={healthClasses.since}>An administrator chooses which one counts.</p>
      )}
    </article>
  );
}

function Money({ amount, currency }: { amount: string; currency: string }) {
  return <span title={formatExact(amount, currency)}>{formatMoney(amount, currency)}</span>;
}

function Side({ one, question, here }: { one: BillCandidate; question: BillQuestion; here: string }) {
  const facts: [string, React.ReactNode][] = [
    ["Report", one.what ?? "not known"],
    ["Files", one.files === null ? "not known" : counted(one.files, "file")],
    ["Bytes", one.bytes === null ? "not known" : formatBytes(one.bytes)],
    ["Delivered", one.delivered_at ? `${timeLabel(one.delivered_at)} (UTC)` : "not known"],
    [
      `Total of ${monthLabel(question.period)}`,
      one.total === null ? (
        "not known"
      ) : (
        <>
          <Money amount={one.total} currency={one.currency ?? ""} />
          {!one.currency && " (currency not known)"}
        </>
      ),
    ],
  ];
  if (one.only_here.length > 0) facts.push(["Accounts that only this one has", one.only_here.join(" ")]);
  return (
    <div className={classes.side} data-counts={one.counts}>
      <h4>
        {question.within || one.gone || one.connection === here ? (
          one.name
        ) : (
          <Link to="/connections/$id" params={{ id: one.connection }} hash="bills">
            {one.name}
          </Link>
        )}
        {one.counts && <span className={classes.counts}>Counts</span>}
        {one.gone && <span className={classes.gone}>Gone</span>}
      </h4>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const columns = [
  { name: "Month" },
  { name: "First", kind: "number" },
  { name: "Second", kind: "number" },
  { name: "Difference", kind: "number" },
] as const;

function Months({ group }: { group: Group }) {
  const names = group.months[0].candidates.map((one) => one.name);
  const named = columns.map((column, at) =>
    at === 1 || at === 2 ? { ...column, name: names[at - 1] ?? column.name } : column,
  );
  // The order of the two is that of the newest month.
  const sorted = (question: BillQuestion) =>
    [...question.candidates].sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
  return (
    <ListTable label="Total of each month in both bills" columns={named}>
      {group.months.map((question) => (
        <tr key={question.id}>
          <th scope="row">{monthLabel(question.period)}</th>
          {sorted(question).map((one) => (
            <td key={`${one.connection} ${one.name}`} className={listClasses.number}>
              {one.total === null ? "not known" : <Money amount={one.total} currency={one.currency ?? ""} />}
            </td>
          ))}
          <td className={listClasses.number}>
            {question.difference === null ? (
              "not known"
            ) : (
              <Money amount={question.difference} currency={question.candidates[0]?.currency ?? ""} />
            )}
          </td>
        </tr>
      ))}
    </ListTable>
  );
}

const EVERY = "every";

function Choose({
  question,
  months,
  connection,
}: {
  question: BillQuestion;
  months: string[];
  connection: Connection;
}) {
  const [from, setFrom] = useState<string>(EVERY);
  const client = useQueryClient();
  const choose = useMutation({
    mutationFn: (winner: number) =>
      unwrap(
        api.PUT("/api/v1/connections/{id}/bill-choices/{question}", {
          params: {
            path: { id: connection.id, question: question.id },
            header: ifMatch(question.version),
          },
          body: { winner, ...(from === EVERY ? {} : { from }) },
        }),
      ),
    onSuccess: (found) => {
      client.setQueryData(connectionQueries.billChoices(connection.id).queryKey, found);
      void client.invalidateQueries({ queryKey: ["connection"] });
      void client.invalidateQueries({ queryKey: ["overview"] });
    },
  });
  const options = [
    { value: EVERY, label: "For every month, and later ones" },
    ...months.map((month) => ({ value: month, label: `From ${monthLabel(month)} on` })),
  ];
  const name = (one: BillCandidate) =>
    question.choice?.winner === question.candidates.indexOf(one) ? `Keep ${one.name}` : `Count ${one.name}`;
  return (
    <>
      <FormProblem error={choose.error} />
      <Row gap="sm" mt="sm" align="flex-end">
        {question.dated && !question.candidates.some((one) => one.gone) && (
          <Select
            label="It counts"
            data={options}
            value={from}
            allowDeselect={false}
            onChange={(value) => setFrom(value ?? EVERY)}
            w={260}
          />
        )}
        {question.candidates.map(
          (one, winner) =>
            !one.gone && (
              <Button
                key={`${one.connection} ${one.name}`}
                variant={isOpen(question) ? "filled" : "default"}
                loading={choose.isPending && choose.variables === winner}
                disabled={choose.isPending}
                onClick={() => choose.mutate(winner)}
                className={classes.button ?? ""}
              >
                {name(one)}
              </Button>
            ),
        )}
      </Row>
    </>
  );
}
