import { IconBox, IconServerBolt, IconStack2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { AnalysisState } from "../address/state";
import { formatExact } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { Empty } from "../ui/empty";
import { useOverview } from "../ui/use-overview";
import cards from "./cards.module.css";
import { FigureCard } from "./figure-card";
import { daysText, spanOf } from "./owned-data";
import { optimizationQueries } from "./queries";
import { ec2Rows, onDemandRows, rowsOf } from "./rows-link";
import { SplitCostsSection } from "./split-costs";
import { Notes, TabLoading, type TabProps } from "./tab";
import type { Workloads } from "./types";
import { estimate, hoursText, rangeText, rateText, workloadLabel, yearly } from "./words";
import { WorkloadsSection } from "./workloads-section";

export function ContainersTab(props: TabProps) {
  return <WorkloadsTab {...props} group="containers" />;
}

export function ElasticTab(props: TabProps) {
  return <WorkloadsTab {...props} group="elastic" />;
}

type Group = "containers" | "elastic";

const words: Record<Group, { none: string; text: string }> = {
  containers: {
    none: "No container workloads were found",
    text: "Clusters are recognised by the tags that AWS and Kubernetes write on instances (EKS, ECS, self-managed Kubernetes), and by Fargate’s own usage. Activate these tags as cost allocation tags for the report to carry them.",
  },
  elastic: {
    none: "No elastic applications were found",
    text: "Auto Scaling groups, Elastic Beanstalk and EMR are recognised by the tags that AWS writes on their instances. Activate these tags as cost allocation tags for the report to carry them.",
  },
};

/** What runs in clusters or elastic groups, and what of it spot would have saved. */
function WorkloadsTab({ group, state, set, asked, version }: TabProps & { group: Group }) {
  const found = useQuery(optimizationQueries.workloads(version, { ...asked, kind: group }));
  const { data } = found;
  if (!data) return <TabLoading query={found} />;
  if (data.workloads.length === 0) {
    return (
      <>
        <Notes notes={data.notes} quiet />
        <div className="card">
          <Empty
            icon={group === "containers" ? IconBox : IconServerBolt}
            title={words[group].none}
            text={`${words[group].text} Looked at ${daysText(data)}.`}
          />
        </div>
        {group === "containers" && <SplitCostsSection asked={asked} version={version} />}
      </>
    );
  }
  return (
    <>
      <Notes notes={data.notes} />
      <Cards data={data} group={group} />
      <Services data={data} chosen={state.kind} onChoose={(kind) => set({ kind })} />
      <WorkloadsSection data={data} state={state} set={set} stale={found.isPlaceholderData} group={group} />
      {group === "containers" && <SplitCostsSection asked={asked} version={version} />}
    </>
  );
}

function Cards({ data, group }: { data: Workloads; group: Group }) {
  const { recent } = useOverview();
  const { cards: sums, currency, notes } = data;
  const rows = rowsOf(spanOf(data, recent.to), [ec2Rows, onDemandRows], "instance-type");
  return (
    <section className={cards.cards} aria-label="Summary">
      {group === "elastic" ? (
        <FigureCard
          title={sums.cpu_hours == null ? "Running hours" : "CPU running hours"}
          figure={hoursText(sums.cpu_hours ?? sums.hours)}
          note={`${formatCount(sums.instances)} instances, ${daysText(data)}`}
          known={{
            what:
              sums.cpu_hours == null
                ? "Hours that instances of these workloads ran, however they were paid."
                : "Hours that instances of these workloads ran, times their vCPUs.",
            assumed: notes,
            rows,
          }}
        />
      ) : (
        <FigureCard
          title="Instances"
          figure={formatCount(sums.instances)}
          note={`${hoursText(sums.hours)}, ${daysText(data)}`}
          known={{
            what: "Different instances and tasks with hours in these days; each counts once, in the first kind of workload that its tags name.",
            assumed: notes,
            rows,
          }}
        />
      )}
      <FigureCard
        title="Cost"
        figure={estimate(sums.cost, currency)}
        exact={formatExact(sums.cost, currency)}
        note={`${daysText(data)}, ${currency}`}
        known={{
          what: "Amortized cost of the compute of these workloads, as the bill has it.",
          assumed: notes,
          rows,
        }}
      />
      {sums.savings_high == null ? (
        <>
          <FigureCard
            title="Of it on demand"
            tone="commitment"
            figure={estimate(sums.on_demand, currency)}
            exact={formatExact(sums.on_demand, currency)}
            note={`${hoursText(sums.on_demand_hours)} at public prices`}
            known={{
              what: "The part that no commitment and no spot made cheaper: what spot or a commitment could still save is in it.",
              assumed: notes,
              rows,
            }}
          />
          <FigureCard
            title="Of it spot"
            tone="spot"
            figure={estimate(sums.spot, currency)}
            exact={formatExact(sums.spot, currency)}
            note="At spot prices already"
            known={{ what: "The part that ran at spot prices.", assumed: notes, rows }}
          />
        </>
      ) : (
        <SavingsCards sums={sums} currency={currency} notes={notes} rows={rows} />
      )}
    </section>
  );
}

interface SavingsProps {
  sums: Workloads["cards"];
  currency: string;
  notes: string[];
  rows: AnalysisState;
}

function SavingsCards({ sums, currency, notes, rows }: SavingsProps) {
  const { savings_low: low = null, savings_high: high = null, savings_rate: rate = null } = sums;
  const known = {
    what: "On-demand hours of workloads that stand interruption, less what is excluded and what a commitment pays already, at spot prices instead: low and high by the spread of those prices. Projected to a month of 730 hours.",
    assumed: notes,
    rows,
  };
  return (
    <>
      <FigureCard
        title="Estimated monthly savings"
        tone="spot"
        figure={rangeText(low, high, currency)}
        note={rate === null ? "By spot" : `By spot; ${rateText(rate)} of the on-demand cost`}
        known={known}
      />
      <FigureCard
        title="Estimated annual savings"
        tone="spot"
        figure={rangeText(yearly(low), yearly(high), currency)}
        note="Twelve such months"
        known={known}
      />
    </>
  );
}

interface ServicesProps {
  data: Workloads;
  chosen: string | undefined;
  onChoose: (kind: string | undefined) => void;
}

/** A card a kind of workload; a click shows its rows alone. */
function Services({ data, chosen, onChoose }: ServicesProps) {
  if (data.services.length === 0) return null;
  return (
    <section aria-label="Services breakdown">
      <ul className={cards.services}>
        {data.services.map((one) => (
          <li key={one.kind}>
            <button
              type="button"
              className={`card ${cards.service}`}
              aria-pressed={one.kind === chosen}
              onClick={() => onChoose(one.kind === chosen ? undefined : one.kind)}
            >
              <span className={cards.name}>
                <IconStack2 size={18} aria-hidden />
                {workloadLabel(one.kind)}
              </span>
              <ServiceFacts one={one} currency={data.currency} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ServiceFacts({ one, currency }: { one: Workloads["services"][number]; currency: string }) {
  const facts =
    one.savings_high == null
      ? [
          [estimate(one.cost, currency), "Cost"],
          [estimate(one.on_demand, currency), "Of it on demand"],
        ]
      : [
          [rangeText(one.savings_low ?? null, one.savings_high, currency), "More to save a month"],
          [rateText(one.savings_rate ?? null), "Savings rate"],
        ];
  return (
    <span className={cards.facts}>
      <span>
        {formatCount(one.instances)}
        <small>Instances</small>
      </span>
      {facts.map(([figure, name]) => (
        <span key={name}>
          {figure}
          <small>{name}</small>
        </span>
      ))}
    </span>
  );
}
