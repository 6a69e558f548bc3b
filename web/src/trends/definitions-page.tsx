import { Switch } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { hasRole, useSession } from "../api/session";
import { formatMoney } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { FormProblem } from "../ui/form-problem";
import { LinkButton } from "../ui/link-button";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { NoAccess } from "../ui/no-access";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { useOverview } from "../ui/use-overview";
import { startList, writeList } from "./address";
import { useSaveDefinition } from "./changes";
import { changed } from "./draft";
import { trendQueries } from "./queries";
import classes from "./trends.module.css";
import type { TrendDefinition } from "./types";
import { methodWords, precisionWords, watchesWords } from "./words";

const columns = [
  { name: "Name" },
  { name: "Watches" },
  { name: "From" },
  { name: "Events", kind: "number" },
  { name: "Precision", kind: "number" },
  { name: "On" },
  { name: "Notifies" },
] as const;

/** What is looked for. */
export function DefinitionsPage() {
  const session = useSession();
  return (
    <>
      <PageHead
        title="Event definitions"
        lead={
          <>
            What is looked for in every delivery of the bill. <Link to="/trends">Back to Trends</Link>
          </>
        }
      >
        {hasRole(session, "editor") && (
          <LinkButton to="/trends/definitions/new" leftSection={<IconPlus size={16} aria-hidden />}>
            New definition
          </LinkButton>
        )}
      </PageHead>
      {hasRole(session, "viewer") ? (
        <List may={hasRole(session, "editor")} />
      ) : (
        <div className="card">
          <NoAccess needed="viewer" what="Seeing what is looked for" />
        </div>
      )}
    </>
  );
}

function List({ may }: { may: boolean }) {
  const found = useQuery(trendQueries.definitions());
  const save = useSaveDefinition();
  if (found.error || !found.data) return <PageLoading query={found} heights={[320]} />;
  return (
    <div className="card">
      <FormProblem error={save.error} />
      <ListTable label="Event definitions" columns={columns}>
        {found.data.definitions.map((one) => (
          <Row key={one.id} definition={one} may={may} save={save} />
        ))}
      </ListTable>
      <p className={classes.under}>
        Precision is the part of the judged events that were not false alarms: say what an event is on its
        page. The range definitions record, and tell nobody unless asked to: they raise many more events.
      </p>
    </div>
  );
}

interface RowProps {
  definition: TrendDefinition;
  may: boolean;
  save: ReturnType<typeof useSaveDefinition>;
}

function Row({ definition, may, save }: RowProps) {
  const { currency } = useOverview().overview;
  const busy = save.isPending && save.variables.kept?.id === definition.id;
  const set = (next: Parameters<typeof changed>[1]) =>
    save.mutate({ kept: definition, body: changed(definition, next) });
  return (
    <tr>
      <th scope="row" className={classes.definition}>
        <Link to="/trends/definitions/$id" params={{ id: definition.id }}>
          {definition.name}
        </Link>
        <span className={listClasses.sub}>{definition.description}</span>
      </th>
      <td>
        {watchesWords(definition)}
        <span className={listClasses.sub}>{methodWords(definition.method)}</span>
      </td>
      <td className={listClasses.nowrap}>
        {definition.threshold_percent} % and {shortMoney(definition.minimum, currency)}
        {definition.ignore_decreases && <span className={listClasses.sub}>increases alone</span>}
      </td>
      <td className={listClasses.number}>
        <Link
          to="/trends/events"
          search={writeList({ ...startList, status: "all", definitions: [definition.id] })}
        >
          {formatCount(definition.events)}
          <span className="hidden"> events of {definition.name}</span>
        </Link>
      </td>
      <td className={listClasses.number}>
        {precisionWords(definition) ?? <span className={classes.none}>not judged yet</span>}
      </td>
      <td>
        <Switch
          aria-label={`${definition.name} is on`}
          checked={definition.on}
          disabled={!may || busy}
          onChange={(event) => set({ on: event.currentTarget.checked })}
        />
      </td>
      <td>
        <Switch
          aria-label={`${definition.name} notifies`}
          checked={definition.notifies}
          disabled={!may || busy || !definition.on}
          onChange={(event) => set({ notifies: event.currentTarget.checked })}
        />
      </td>
    </tr>
  );
}

/** "$100": amounts that people typed mostly have no cents. */
function shortMoney(text: string, currency: string): string {
  return formatMoney(text, currency, Number.isInteger(Number(text)) ? 0 : 2);
}
