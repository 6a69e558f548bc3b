import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReachKind } from "../api/types";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import classes from "./page.module.css";
import { organizationQueries } from "./queries";

const columns = [{ name: "What" }, { name: "Where" }, { name: "Why" }, { name: "For" }] as const;

const labels: Record<ReachKind, string> = {
  listens: "This server",
  folder: "Folder of the server",
  own_credentials: "The server's own AWS credentials",
  role: "Role in AWS",
  endpoint: "S3-compatible endpoint",
  mail: "Mail server",
  sign_in: "OpenID Connect provider",
  private_range: "Private network",
};

/** What the server may read and reach for this organization, and what for every one. */
export function ServerReach() {
  const found = useQuery(organizationQueries.reach());
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) {
    return (
      <div className={classes.skeleton} aria-busy="true">
        <Skeleton height={44} />
        <Skeleton height={44} />
      </div>
    );
  }
  return (
    <>
      <div className={classes.head}>
        <span>
          Nothing else is read or reached for you. What is of the server itself, whoever runs it allows.
        </span>
      </div>
      <ListTable label="What the server may read and reach" columns={columns}>
        {found.data.reached.map((one) => (
          <tr key={`${one.kind} ${one.target} ${one.why}`}>
            <th scope="row">{labels[one.kind]}</th>
            <td>{one.target}</td>
            <td>{one.why}</td>
            <td className={listClasses.nowrap}>{one.own ? "this organization" : "everybody"}</td>
          </tr>
        ))}
      </ListTable>
    </>
  );
}
