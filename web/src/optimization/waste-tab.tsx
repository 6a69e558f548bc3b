import { IconLeaf } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { formatExact } from "../lib/money";
import { counted } from "../lib/quantity";
import { Empty } from "../ui/empty";
import { ListTable } from "../ui/list-table";
import cards from "./cards.module.css";
import { FigureCard } from "./figure-card";
import { FindingsSection } from "./findings-section";
import { daysText } from "./owned-data";
import { optimizationQueries } from "./queries";
import { Section } from "./section";
import classes from "./section.module.css";
import { Notes, TabLoading, type TabProps } from "./tab";
import type { Waste } from "./types";
import { WasteRules } from "./waste-rules";
import { rangeText, yearly } from "./words";

/** What is paid for and does nothing, as far as rows of the bill prove it. */
export function WasteTab(props: TabProps) {
  const { state, set, asked, version } = props;
  const found = useQuery(optimizationQueries.waste(version, asked));
  const { data } = found;
  if (!data) return <TabLoading query={found} />;
  return (
    <>
      <Notes notes={data.notes} quiet />
      {data.findings.length === 0 ? (
        <div className="card">
          <Empty
            icon={IconLeaf}
            title="Nothing idle was found"
            text={`${counted(data.rules.length, "rule")} looked at the rows of ${daysText(data)}, and none of them proves waste.`}
          />
        </div>
      ) : (
        <>
          <Cards waste={data} />
          <WasteRules waste={data} chosen={state.rule} onChoose={(rule) => set({ rule })} />
          <FindingsSection waste={data} state={state} set={set} stale={found.isPlaceholderData} />
        </>
      )}
      <CannotProve waste={data} />
    </>
  );
}

function Cards({ waste }: { waste: Waste }) {
  const { total, currency, findings, rules } = waste;
  const standing = findings.filter((one) => one.dismissed === null);
  const { unknown } = total;
  const known = {
    what: "The sum of all findings that stand, each resource once, whatever rules it breaks, and without hours that a commitment pays already. Low and high are what each rule says it is worth at least and at most.",
    assumed: waste.notes,
  };
  const exact = `${formatExact(total.monthly_low, currency)} – ${formatExact(total.monthly, currency)}`;
  return (
    <section className={cards.cards} aria-label="Summary">
      <FigureCard
        title="Waste a month"
        tone="waste"
        figure={rangeText(total.monthly_low, total.monthly, currency)}
        exact={exact}
        note={`By ${daysText(waste)}, projected to 730 hours`}
        known={known}
      />
      <FigureCard
        title="Waste a year"
        tone="waste"
        figure={rangeText(yearly(total.monthly_low), yearly(total.monthly), currency)}
        note="Twelve such months"
        known={known}
      />
      <FigureCard
        title="Findings"
        figure={String(standing.length)}
        note={[
          `by ${counted(rules.filter((one) => one.findings > 0).length, "rule")} of ${rules.length}`,
          ...(unknown > 0 ? [`${unknown} of unknown amount`] : []),
          ...(findings.length > standing.length ? [`${findings.length - standing.length} dismissed`] : []),
        ].join(", ")}
        known={{
          what: "A finding stands for as long as the newest day holds its evidence, and leaves by itself. What is dismissed counts in no total.",
          assumed: waste.notes,
        }}
      />
    </section>
  );
}

/** What no row can show, and what would have to be allowed. */
function CannotProve({ waste }: { waste: Waste }) {
  if (waste.cannot_prove.length === 0) return null;
  return (
    <Section title="What the bill cannot prove">
      <p className={classes.text}>
        Nothing is guessed: these need a look into the accounts, and a permission that the role does not have.
      </p>
      <ListTable
        label="What the bill cannot prove, table"
        columns={[{ name: "Waste" }, { name: "Permission that would show it" }]}
        stacks
      >
        {waste.cannot_prove.map((one) => (
          <tr key={one.what}>
            <th scope="row">{one.what}</th>
            <td>
              <code>{one.permission}</code>
            </td>
          </tr>
        ))}
      </ListTable>
    </Section>
  );
}
