import { Skeleton } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { hasRole, useSession } from "../api/session";
import { whileUntold } from "../api/told";
import { ago } from "../lib/quantity";
import { LinkButton } from "../ui/link-button";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { PageHead } from "../ui/page-head";
import { Problem } from "../ui/problem";
import { kinds, placeOf } from "./kinds";
import { MissingPermissions } from "./missing-permissions";
import { connectionQueries } from "./queries";
import { StateBadge } from "./state-badge";

const columns = [{ name: "Name" }, { name: "State" }, { name: "Reports" }, { name: "Last checked" }] as const;

/** The sources of billing data, each with its state. */
export function ConnectionsPage() {
  const session = useSession();
  const found = useQuery({ ...connectionQueries.all(), refetchInterval: () => whileUntold(30_000) });
  const connections = found.data?.connections ?? [];
  return (
    <>
      <PageHead title="Connections" lead="Where the billing data comes from">
        {hasRole(session, "administrator") && connections.length > 0 && (
          <LinkButton to="/connections/new" leftSection={<IconPlus size={16} aria-hidden />}>
            Add a connection
          </LinkButton>
        )}
      </PageHead>
      {found.error ? (
        <div className="card">
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        </div>
      ) : !found.data ? (
        <div aria-busy="true">
          <Skeleton height={160} radius={12} />
        </div>
      ) : connections.length === 0 ? (
        <MissingPermissions />
      ) : (
        <div className="card">
          <ListTable label="Connections" columns={columns}>
            {connections.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  {one.state === "draft" ? (
                    <Link to="/connections/$id/set-up" params={{ id: one.id }} search={{ step: undefined }}>
                      {one.name}
                    </Link>
                  ) : (
                    <Link to="/connections/$id" params={{ id: one.id }}>
                      {one.name}
                    </Link>
                  )}
                  <span className={listClasses.sub}>{kinds[one.kind].title}</span>
                </th>
                <td>
                  <StateBadge state={one.state} paused={one.paused} />
                </td>
                <td>
                  {placeOf(one) || (one.kind === "shared" ? one.accounts.join(" ") : "not entered yet")}
                </td>
                <td className={listClasses.nowrap}>
                  {one.verification ? ago(one.verification.at) : one.kind === "shared" ? "" : "never"}
                </td>
              </tr>
            ))}
          </ListTable>
        </div>
      )}
    </>
  );
}
