import { ActionIcon, Skeleton } from "@mantine/core";
import { IconPlus, IconTags, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { initialState } from "../address/state";
import { virtualTab } from "../address/tabs";
import { hasRole, useSession } from "../api/session";
import type { VirtualTag } from "../api/types";
import { Empty } from "../ui/empty";
import { LinkButton } from "../ui/link-button";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { PageHead } from "../ui/page-head";
import { Problem } from "../ui/problem";
import { virtualTagQueries } from "./queries";
import { RemoveTag } from "./remove-tag";
import { valuesOf } from "./sentences";

const columns = [
  { name: "Name" },
  { name: "Values" },
  { name: "Rules", kind: "number" },
  { name: "Costs" },
  { name: "Actions", kind: "end" },
] as const;

/** Tags that the organization makes itself, by rules over what the bill says. */
export function VirtualTagsPage() {
  const may = hasRole(useSession(), "editor");
  const found = useQuery(virtualTagQueries.all());
  const [going, setGoing] = useState<VirtualTag>();
  const tags = found.data?.virtual_tags ?? [];
  const make = (
    <LinkButton to="/virtual-tags/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New virtual tag
    </LinkButton>
  );
  return (
    <>
      <PageHead
        title="Virtual tags"
        lead="Tags by rules of your own, for the past too. Each is a tab and a filter of Cost Analysis."
      >
        {may && tags.length > 0 && make}
      </PageHead>
      <div className="card">
        {found.error ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : !found.data ? (
          <div aria-busy="true">
            <Skeleton height={200} radius={12} />
          </div>
        ) : tags.length === 0 ? (
          <Empty
            icon={IconTags}
            title="No virtual tag exists yet"
            text={
              may
                ? "Where resources are not tagged, or not alike, rules can say whose a cost is: by account, service, tag, resource, region and more."
                : "Where resources are not tagged, or not alike, rules can say whose a cost is. Editors write them: ask one, or an administrator for the role."
            }
          >
            {may && make}
          </Empty>
        ) : (
          <ListTable label="Virtual tags" columns={columns}>
            {tags.map((tag) => (
              <tr key={tag.id}>
                <th scope="row">
                  <Link to="/virtual-tags/$id" params={{ id: tag.id }}>
                    {tag.name}
                  </Link>
                </th>
                <td>{valuesOf(tag.rules).join(", ")}</td>
                <td className={listClasses.number}>{tag.rules.length}</td>
                <td className={listClasses.nowrap}>
                  <Link
                    to="/"
                    search={{ ...initialState, tab: virtualTab(tag).id }}
                    aria-label={`Show costs by ${tag.name}`}
                  >
                    Show costs
                  </Link>
                </td>
                <td className={listClasses.end}>
                  {may && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={`Delete ${tag.name}`}
                      onClick={() => setGoing(tag)}
                    >
                      <IconTrash size={18} />
                    </ActionIcon>
                  )}
                </td>
              </tr>
            ))}
          </ListTable>
        )}
      </div>
      <RemoveTag tag={going} onClose={() => setGoing(undefined)} />
    </>
  );
}
