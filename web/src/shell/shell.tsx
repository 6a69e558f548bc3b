import { Badge, Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { paths } from "../address/path-builder";
import { initialState } from "../address/state";
import { queries } from "../api/queries";
import { hourLabel } from "../lib/dates";
import { Problem } from "../ui/problem";
import { FailureList } from "./failure-list";
import { IngestStrip } from "./ingest-strip";
import { Logo } from "./logo";
import { ProofBadge } from "./proof-badge";
import { SchemeToggle } from "./scheme-toggle";
import classes from "./shell.module.css";

/** The frame of every page: who, whether the figures are proven, and what is being read right now. */
export function Shell() {
  const { data: overview, error, refetch } = useQuery(queries.overview());
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link
            to="/"
            search={initialState}
            className={classes.brand}
            aria-label="Cloud Analyzer, start page"
          >
            <Logo />
            <span>Cloud Analyzer</span>
          </Link>
          {overview ? (
            <Group gap={8} className={classes.organization} wrap="nowrap">
              <Text size="sm" truncate title={overview.organization.name}>
                {overview.organization.name}
              </Text>
              {overview.organization.demo && (
                <Badge variant="outline" color="gray" size="sm" className={classes.demo}>
                  Demo
                </Badge>
              )}
            </Group>
          ) : (
            !error && <Skeleton width={140} height={16} />
          )}
          <Group gap="xs" ml="auto" wrap="nowrap">
            {overview?.has_data && <ProofBadge overview={overview} />}
            <SchemeToggle />
          </Group>
        </div>
        {overview?.ingest && <IngestStrip ingest={overview.ingest} />}
      </header>
      <main id="content" className={classes.main} tabIndex={-1}>
        {overview && error && (
          <Text role="alert" className={classes.stale}>
            {error.message}. The page shows what was loaded before.
          </Text>
        )}
        {overview ? (
          <>
            <FailureList failures={overview.failures} />
            <Outlet />
          </>
        ) : error ? (
          <div className="card">
            <Problem error={error} onRetry={() => void refetch()} title="The figures could not be loaded" />
          </div>
        ) : (
          <div aria-busy="true">
            <Skeleton height={34} width={220} mb={24} />
            <Skeleton height={116} radius={12} mb={20} />
            <Skeleton height={620} radius={12} />
          </div>
        )}
      </main>
      <footer className={classes.footer}>
        <span>All dates and hours are UTC.</span>
        {overview?.data_through && <span>Data through {hourLabel(overview.data_through)}.</span>}
        <span>Your data stays on this machine.</span>
        <a href={paths.openApi()}>API description</a>
      </footer>
    </>
  );
}
