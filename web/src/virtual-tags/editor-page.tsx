import { IconTagOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { hasRole, useSession } from "../api/session";
import { Empty } from "../ui/empty";
import { LinkButton } from "../ui/link-button";
import { NoAccess } from "../ui/no-access";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { Editor } from "./editor";
import { virtualTagQueries } from "./queries";
import { ReadOnlyTag } from "./read-only";

/** A new virtual tag. */
export function NewVirtualTagPage() {
  return <TagPage id={undefined} />;
}

/** A virtual tag: its rules and what they make of the cost. */
export function VirtualTagPage() {
  const { id } = useParams({ from: "/shell/allocation/virtual-tags/$id" });
  return <TagPage id={id} />;
}

function TagPage({ id }: { id: string | undefined }) {
  const may = hasRole(useSession(), "editor");
  const found = useQuery(virtualTagQueries.all());
  if (found.error || !found.data) return <PageLoading query={found} heights={[420]} />;
  const tags = found.data.virtual_tags;
  const tag = tags.find((one) => one.id === id);
  if (id === undefined && !may) {
    return (
      <>
        <PageHead title="New virtual tag" />
        <div className="card">
          <NoAccess needed="editor" what="Making a virtual tag" />
        </div>
      </>
    );
  }
  if (id !== undefined && !tag) {
    return (
      <>
        <PageHead title="Virtual tag" />
        <div className="card">
          <Empty
            icon={IconTagOff}
            title="This virtual tag does not exist any more"
            text="Somebody deleted it, or the address is wrong."
          >
            <LinkButton to="/virtual-tags" variant="default">
              All virtual tags
            </LinkButton>
          </Empty>
        </div>
      </>
    );
  }
  if (!may && tag) return <ReadOnlyTag tag={tag} />;
  const others = tags.filter((one) => one.id !== id).map((one) => one.name);
  return <Editor key={id ?? ""} tag={tag} others={others} />;
}
