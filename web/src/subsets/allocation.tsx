import { Link, Outlet } from "@tanstack/react-router";
import { NoDataYet } from "../analysis/empty";
import links from "../ui/nav-links.module.css";
import { PageHead } from "../ui/page-head";
import { useOverview } from "../ui/use-overview";
import classes from "./allocation.module.css";

/** The pages that say whose a cost is: by account, by tag, and by rule. */
export function AllocationPages() {
  const { overview } = useOverview();
  return (
    <>
      <nav className={`${links.links} ${classes.tabs}`} aria-label="Allocation">
        <Link to="/subsets">Subsets</Link>
        <Link
          to="/accounts"
          search={{ view: undefined, q: undefined, sort: undefined }}
          activeOptions={{ includeSearch: false }}
        >
          Accounts
        </Link>
        {/* Rules look at all of the bills. */}
        {!overview.part && <Link to="/virtual-tags">Virtual tags</Link>}
        {!overview.part && <Link to="/shared-costs">Shared costs</Link>}
      </nav>
      {overview.has_data ? (
        <Outlet />
      ) : (
        <>
          <PageHead title="Allocation" lead="Whose a cost is: by subset, account, virtual tag and rule" />
          <NoDataYet overview={overview} />
        </>
      )}
    </>
  );
}
