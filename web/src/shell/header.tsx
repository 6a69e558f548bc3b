import { Badge, Group, Skeleton, Text } from "@mantine/core";
import { Link, useMatches } from "@tanstack/react-router";
import { initialState } from "../address/state";
import type { Overview, Session } from "../api/types";
import links from "../ui/nav-links.module.css";
import { Logo } from "./logo";
import { PartBadge } from "./part-badge";
import { ProofBadge } from "./proof-badge";
import { SchemeToggle } from "./scheme-toggle";
import classes from "./shell.module.css";
import { UserMenu } from "./user-menu";

interface Props {
  session: Session | undefined;
  overview: Overview | undefined;
}

/** Name, organization, the pages, the proof, and who is signed in. */
export function Header({ session, overview }: Props) {
  const organization = session?.organization;
  // Whoever may see chosen subsets alone has no pages of the organization.
  const whole = session?.role !== "subset-viewer";
  // One entry for several pages: it stays marked on all of them, not on the first alone.
  const allocation = useMatches({
    select: (matches) => matches.some((match) => match.routeId === "/shell/allocation"),
  });
  return (
    <div className={classes.bar}>
      <Link to="/" search={initialState} className={classes.brand} aria-label="Cloud Analyzer, start page">
        <Logo />
        <span className={classes.name}>Cloud Analyzer</span>
      </Link>
      {organization ? (
        <Group gap={8} className={classes.organization} wrap="nowrap">
          <Text size="sm" truncate title={organization.name}>
            {organization.name}
          </Text>
          {organization.demo && (
            <Badge variant="outline" color="gray" size="sm" className={classes.demo}>
              Demo
            </Badge>
          )}
        </Group>
      ) : (
        <Skeleton width={140} height={16} />
      )}
      <nav className={`${links.links} ${classes.nav}`} aria-label="Pages">
        <Link to="/" search={initialState} activeOptions={{ exact: true, includeSearch: false }}>
          Cost Analysis
        </Link>
        <Link to="/trends" activeOptions={{ includeSearch: false }}>
          Trends
        </Link>
        <Link to="/optimization" activeOptions={{ includeSearch: false }}>
          Optimization
        </Link>
        <Link to="/subsets" data-status={allocation ? "active" : undefined}>
          Allocation
        </Link>
        <Link to="/budgets" search={{ budget: undefined }} activeOptions={{ includeSearch: false }}>
          Budgets
        </Link>
        {whole && <Link to="/connections">Connections</Link>}
        {whole && (
          <Link to="/organization" search={{ tab: undefined }} activeOptions={{ includeSearch: false }}>
            Organization
          </Link>
        )}
      </nav>
      <Group gap="xs" className={classes.end ?? ""} wrap="nowrap">
        {overview?.part ? (
          <PartBadge part={overview.part} />
        ) : (
          overview?.has_data && <ProofBadge overview={overview} />
        )}
        <SchemeToggle />
        {session?.user && <UserMenu session={session} user={session.user} />}
      </Group>
    </div>
  );
}
