import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { hasRole, useSession } from "../api/session";
import { Notifications } from "../notifications/notifications";
import { NoAccess } from "../ui/no-access";
import { PageHead } from "../ui/page-head";
import { AuditLog } from "./audit-log";
import { Members } from "./members";
import { OrganizationName } from "./name";
import classes from "./page.module.css";
import { ServerReach } from "./reach";
import { Tokens } from "./tokens";

const tabs = [
  { id: "members", label: "Members", needed: "viewer", panel: <Members /> },
  { id: "notifications", label: "Notifications", needed: "administrator", panel: <Notifications /> },
  { id: "tokens", label: "API tokens", needed: "administrator", panel: <Tokens /> },
  { id: "audit", label: "Audit log", needed: "administrator", panel: <AuditLog /> },
  { id: "reach", label: "Server", needed: "administrator", panel: <ServerReach /> },
] as const;

/** What is for administrators, as the refusal names it. */
const secrets: Partial<Record<string, string>> = {
  notifications: "Channels of notifications",
  tokens: "An API token",
  audit: "The audit log",
  reach: "What the server may read and reach",
};

/** Who belongs to the organization, which programs may ask, and what was changed by whom. */
export function OrganizationPage() {
  const session = useSession();
  const { tab: wanted } = useSearch({ from: "/shell/organization" });
  const navigate = useNavigate({ from: "/organization" });
  const tab = tabs.find((one) => one.id === wanted) ?? tabs[0];
  return (
    <>
      <PageHead
        title={session.organization?.name ?? "Organization"}
        lead="Members, notifications, tokens and audit log"
      >
        {hasRole(session, "administrator") && session.user && <OrganizationName />}
      </PageHead>
      <section className={`card ${classes.card}`}>
        <Tabs value={tab.id} onChange={(next) => void navigate({ search: { tab: next ?? undefined } })}>
          <Tabs.List className={classes.tabs ?? ""} aria-label="Settings of the organization">
            {tabs.map((one) => (
              <Tabs.Tab key={one.id} value={one.id}>
                {one.label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map((one) => (
            <Tabs.Panel key={one.id} value={one.id}>
              {one.id === tab.id &&
                (hasRole(session, one.needed) ? (
                  one.panel
                ) : (
                  <NoAccess needed={one.needed} what={secrets[one.id] ?? one.label} />
                ))}
            </Tabs.Panel>
          ))}
        </Tabs>
      </section>
    </>
  );
}
