import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { paths } from "../address/path-builder";
import { useHappenings } from "../api/happenings";
import { queries } from "../api/queries";
import { hasRole } from "../api/session";
import { sessionQuery } from "../api/session-query";
import { hourLabel } from "../lib/dates";
import { Problem } from "../ui/problem";
import { FailureList } from "./failure-list";
import { Header } from "./header";
import { IngestStrip } from "./ingest-strip";
import classes from "./shell.module.css";

/** The frame of every page: who, whether the figures are proven, and what is being read right now. */
export function Shell() {
  const session = useQuery(sessionQuery());
  const signedIn = session.data?.organization != null;
  const overviewQuery = useQuery({ ...queries.overview(), enabled: signedIn });
  // What happens is the organization's: who may see chosen subsets alone is not told.
  useHappenings(session.data && hasRole(session.data, "viewer") ? session.data.organization?.id : undefined);
  const router = useRouter();
  const signedOut = session.data !== undefined && !signedIn;
  const invited = (session.data?.invitations.length ?? 0) > 0;
  // Once, with the address that was asked for: on the way to the sign-in page it is another.
  useEffect(() => {
    if (!signedOut) return;
    // Somebody who belongs nowhere yet: the answer is theirs to give.
    if (invited) return void router.navigate({ to: "/invitations", replace: true });
    const { pathname, href } = router.state.location;
    const to = pathname === "/sign-in" ? undefined : href;
    void router.navigate({ to: "/sign-in", search: { to, problem: undefined }, replace: true });
  }, [signedOut, invited, router]);
  if (signedOut) return null;
  const { data: overview } = overviewQuery;
  const error = session.error ?? overviewQuery.error;
  const retry = () => void (session.error ? session.refetch() : overviewQuery.refetch());
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className={classes.header}>
        <Header session={session.data} overview={overview} />
        {overview?.ingest && <IngestStrip ingest={overview.ingest} />}
      </header>
      <main id="content" className={classes.main} tabIndex={-1}>
        {overview && error && (
          <Text role="alert" className={classes.stale}>
            {error.message}. The page shows what was loaded before.
          </Text>
        )}
        {session.data && overview ? (
          <>
            {invited && (
              <Text className={classes.invited}>
                You are invited to {session.data.invitations.map((one) => one.organization).join(", ")}.{" "}
                <Link to="/invitations">Accept or decline</Link>
              </Text>
            )}
            <FailureList failures={overview.failures} />
            <Outlet />
          </>
        ) : error ? (
          <div className="card">
            <Problem error={error} onRetry={retry} title="The figures could not be loaded" />
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
