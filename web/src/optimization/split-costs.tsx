import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { approximate } from "../lib/decimal";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { Problem } from "../ui/problem";
import { daysText } from "./owned-data";
import { type Asked, optimizationQueries } from "./queries";
import { Section } from "./section";
import classes from "./section.module.css";
import split from "./split-costs.module.css";
import table from "./table.module.css";
import type { SplitCosts } from "./types";

type Cluster = SplitCosts["clusters"][number];
type Namespace = Cluster["namespaces"][number];

const what =
  "The report’s split cost allocation data: each instance’s cost by what its tasks and pods used or reserved of CPU and memory. What nobody used of an instance is idle, and stands in the share of those who ran on it.";

/** Cost by cluster, namespace and workload, with what was idle; nothing where the report does not split. */
export function SplitCostsSection({ asked, version }: { asked: Asked; version: string }) {
  const found = useQuery(optimizationQueries.splitCosts(version, asked));
  const { data } = found;
  if (!data && !found.error) return null;
  return (
    <Section
      title="Cost per cluster, namespace and workload"
      note={data && `${daysText(data)}, ${data.currency}`}
      known={{ what, assumed: data?.notes }}
      stale={found.isPlaceholderData}
    >
      {!data ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : data.clusters.length === 0 ? (
        <p className={classes.text}>
          The report holds no split cost allocation data. Turn it on in AWS’s billing preferences (“split cost
          allocation data”), and clusters are broken down to namespaces and workloads here.
        </p>
      ) : (
        <div className={table.dense}>
          <ListTable
            label="Split costs, table"
            columns={[
              { name: "Cluster, namespace, workload" },
              { name: "Cost", kind: "number" },
              { name: "Idle in it", kind: "number" },
              { name: "Idle", kind: "number" },
            ]}
          >
            {data.clusters.map((cluster) => (
              <ClusterRows
                key={`${cluster.account_id} ${cluster.cluster}`}
                cluster={cluster}
                currency={data.currency}
              />
            ))}
          </ListTable>
        </div>
      )}
    </Section>
  );
}

function ClusterRows({ cluster, currency }: { cluster: Cluster; currency: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Row
        name={cluster.cluster}
        sub={cluster.account_id}
        level={0}
        figures={cluster}
        currency={currency}
        open={open}
        onOpen={cluster.namespaces.length > 0 ? () => setOpen(!open) : undefined}
      />
      {open &&
        cluster.namespaces.map((namespace) => (
          <NamespaceRows key={namespace.namespace} namespace={namespace} currency={currency} />
        ))}
    </>
  );
}

function NamespaceRows({ namespace, currency }: { namespace: Namespace; currency: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Fragment>
      <Row
        name={namespace.namespace || "No namespace"}
        level={1}
        figures={namespace}
        currency={currency}
        open={open}
        onOpen={namespace.workloads.length > 0 ? () => setOpen(!open) : undefined}
      />
      {open &&
        namespace.workloads.map((one) => (
          <Row
            key={one.workload}
            name={one.workload || "No workload"}
            level={2}
            figures={one}
            currency={currency}
          />
        ))}
    </Fragment>
  );
}

interface RowProps {
  name: string;
  sub?: string;
  level: 0 | 1 | 2;
  figures: { cost: string; idle: string };
  currency: string;
  open?: boolean;
  onOpen?: (() => void) | undefined;
}

function Row({ name, sub, level, figures, currency, open = false, onOpen }: RowProps) {
  const cost = approximate(figures.cost);
  const share = cost > 0 ? `${((100 * approximate(figures.idle)) / cost).toFixed(1)} %` : "–";
  return (
    <tr>
      <th scope="row" className={table.wide}>
        <span className={split.name} data-level={level}>
          {onOpen ? (
            <UnstyledButton className={split.open} aria-expanded={open} onClick={onOpen}>
              <IconChevronRight size={14} aria-hidden />
              {name}
            </UnstyledButton>
          ) : (
            <span className={split.leaf}>{name}</span>
          )}
          {sub && <span className={listClasses.sub}>{sub}</span>}
        </span>
      </th>
      <td className={listClasses.number}>
        <Money text={figures.cost} currency={currency} />
      </td>
      <td className={listClasses.number}>
        <Money text={figures.idle} currency={currency} />
      </td>
      <td className={listClasses.number}>{share}</td>
    </tr>
  );
}
