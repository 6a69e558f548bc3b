import { IconAdjustmentsOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { hasRole, useSession } from "../api/session";
import { Empty } from "../ui/empty";
import { LinkButton } from "../ui/link-button";
import { NoAccess } from "../ui/no-access";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { DefinitionEditor } from "./definition-editor";
import { trendQueries } from "./queries";

/** A new definition. */
export function NewDefinitionPage() {
  return <Page id={undefined} />;
}

/** A definition, with what it would have found. */
export function DefinitionPage() {
  const { id } = useParams({ from: "/shell/trends/definitions/$id" });
  return <Page id={id} />;
}

function Page({ id }: { id: string | undefined }) {
  const session = useSession();
  const whole = hasRole(session, "viewer");
  const may = hasRole(session, "editor");
  const found = useQuery({ ...trendQueries.definitions(), enabled: whole });
  if (!whole || (id === undefined && !may)) {
    return (
      <>
        <PageHead title={id === undefined ? "New definition" : "Event definition"} />
        <div className="card">
          {whole ? (
            <NoAccess needed="editor" what="Making a definition" />
          ) : (
            <NoAccess needed="viewer" what="Seeing what is looked for" />
          )}
        </div>
      </>
    );
  }
  if (found.error || !found.data) return <PageLoading query={found} heights={[520]} />;
  const { definitions } = found.data;
  const definition = definitions.find((one) => one.id === id);
  if (id !== undefined && !definition) {
    return (
      <>
        <PageHead title="Event definition" />
        <div className="card">
          <Empty
            icon={IconAdjustmentsOff}
            title="This definition does not exist any more"
            text="Somebody deleted it, or the address is wrong. What it found stays."
          >
            <LinkButton to="/trends/definitions" variant="default">
              All definitions
            </LinkButton>
          </Empty>
        </div>
      </>
    );
  }
  const taken = definitions.filter((one) => one.id !== id).map((one) => one.name);
  return <DefinitionEditor key={id ?? ""} definition={definition} taken={taken} may={may} />;
}
