import { Button, Skeleton } from "@mantine/core";
import { IconFolders, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { hasRole, useSession } from "../api/session";
import { Empty } from "../ui/empty";
import { PageHead } from "../ui/page-head";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { NewSubset } from "./new-subset";
import { subsetQueries } from "./queries";
import { SubsetCurrency, useChosenCurrency } from "./subset-currency";
import classes from "./subsets.module.css";
import { SubsetsTable } from "./subsets-table";

/** Named groups of accounts, each with what it costs and what is charged for it. */
export function SubsetsPage() {
  const may = hasRole(useSession(), "editor");
  const { version } = useOverview();
  const found = useQuery(subsetQueries.all(version, useChosenCurrency()));
  const [making, setMaking] = useState(false);
  const make = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
      New subset
    </Button>
  );
  const some = found.data !== undefined && found.data.subsets.length > 0;
  return (
    <>
      <PageHead
        title="Subsets"
        lead="Named groups of accounts. An account belongs to at most one. Costs are amortized."
      >
        <SubsetCurrency />
        {may && some && make}
      </PageHead>
      <div className={`card ${classes.card}`}>
        {found.error ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : !found.data ? (
          <div aria-busy="true">
            <Skeleton height={260} radius={0} />
          </div>
        ) : !some ? (
          <Empty
            icon={IconFolders}
            title="No subset exists yet"
            text={
              may
                ? "A subset is a named group of accounts: a team, a product, a customer. Cost Analysis can be narrowed to one, and billing rules can say what it is charged."
                : "A subset is a named group of accounts: a team, a product, a customer. Editors make them: ask one, or an administrator for the role."
            }
          >
            {may && make}
          </Empty>
        ) : (
          <SubsetsTable found={found.data} may={may} />
        )}
      </div>
      <NewSubset opened={making} onClose={() => setMaking(false)} />
    </>
  );
}
