import { Anchor, Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { hasRole, useSession } from "../api/session";
import type { Connection, ConnectionChange } from "../api/types";
import { FormProblem } from "../ui/form-problem";
import { NoAccess } from "../ui/no-access";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { kinds } from "./kinds";
import { Processing } from "./processing";
import { connectionQueries, useSaveConnection } from "./queries";
import { Stepper } from "./stepper";
import { stepAt, stepsOf } from "./steps";
import { BillingAccessStep, CreateStep, LogInStep, ReportStep } from "./wizard/aws-steps";
import { BucketStep, RoleStep } from "./wizard/bucket-and-role";
import { SourceStep } from "./wizard/source-step";
import { TemplateStep } from "./wizard/template-step";
import { VerifyStep } from "./wizard/verify-step";
import classes from "./wizard.module.css";

/** What each step is given: the connection as it is saved, and the one way on. */
export interface StepProps {
  connection: Connection;
  saving: boolean;
  /** Saves what the step brings, and goes to the next one. */
  onNext: (change?: ConnectionChange) => void;
  /** Saves without leaving the step. */
  onSave: (change: ConnectionChange) => void;
}

const views: Record<string, (props: StepProps) => React.ReactNode> = {
  "log-in": LogInStep,
  "billing-access": BillingAccessStep,
  report: ReportStep,
  bucket: BucketStep,
  template: TemplateStep,
  create: CreateStep,
  role: RoleStep,
  source: SourceStep,
  verify: VerifyStep,
  processing: Processing,
};

/** Sets a connection up: seven steps for AWS, one for the other ways in, then verification and processing. */
export function WizardPage() {
  const { id } = useParams({ from: "/shell/connections/$id/set-up" });
  const session = useSession();
  const found = useQuery(connectionQueries.one(id));
  if (!hasRole(session, "administrator")) {
    return (
      <>
        <PageHead title="Set up a connection" />
        <div className="card">
          <NoAccess needed="administrator" what="Setting up a connection" />
        </div>
      </>
    );
  }
  if (found.error || !found.data) return <PageLoading query={found} heights={[420]} />;
  return <Wizard connection={found.data} />;
}

function Wizard({ connection }: { connection: Connection }) {
  const { step: wanted } = useSearch({ from: "/shell/connections/$id/set-up" });
  const navigate = useNavigate({ from: "/connections/$id/set-up" });
  const save = useSaveConnection(connection.id);
  const steps = stepsOf(connection.kind);
  const at = stepAt(steps, wanted, connection.step);
  const reached = Math.max(at, stepAt(steps, undefined, connection.step));
  const step = steps[at];
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step?.id);
  // A new step begins at its title, for eyes and for screen readers.
  useEffect(() => {
    if (shown.current === step?.id) return;
    shown.current = step?.id;
    heading.current?.focus();
  }, [step?.id]);
  const go = useCallback(
    (to: number) => {
      save.reset();
      void navigate({ search: { step: steps[to]?.id } });
    },
    [navigate, save.reset, steps],
  );
  // The version that the set-up stands on: as it was opened, then as this page saved it. Others may save meanwhile.
  const [version, setVersion] = useState(connection.version);
  const change = (what: ConnectionChange, onSaved?: () => void) =>
    save.mutate(
      { ...what, version },
      {
        onSuccess: (saved) => {
          setVersion(saved.version);
          onSaved?.();
        },
      },
    );
  // Another view of the step: with the newer values, in place of what was typed.
  const [taken, setTaken] = useState(0);
  const stand = () => {
    setVersion(connection.version);
    save.reset();
  };
  const typed = Object.entries(save.variables ?? {}).filter(
    ([name]) => name !== "version" && name !== "step",
  );
  const newer = {
    differences: typed.map(([name, value]) => ({
      name: name.replaceAll("_", " "),
      // What is kept of a secret is never shown.
      mine: name.startsWith("secret") ? "another secret" : String(value),
      theirs: name.startsWith("secret")
        ? "the secret that is kept"
        : String(connection[name as keyof Connection] ?? ""),
    })),
    onMine: stand,
    onTheirs: () => {
      setTaken(taken + 1);
      stand();
    },
  };
  const View = views[step?.id ?? ""];
  if (!step || !View) return null;
  const next = (what: ConnectionChange = {}) => {
    const to = Math.min(at + 1, steps.length - 1);
    // Going back to an earlier step and on from there does not lose how far one was.
    const left = steps[Math.max(to, reached)]?.id ?? step.id;
    const changes = Object.keys(what).length > 0;
    change({ ...what, step: changes ? (steps[to]?.id ?? left) : left }, () => go(to));
  };
  return (
    <>
      <PageHead
        title={connection.kind === "aws_role" ? "Connect your billing data" : kinds[connection.kind].title}
        lead="Everything is saved after each step: leave and come back at any time."
      >
        <Anchor component={Link} to="/connections" size="sm">
          All connections
        </Anchor>
      </PageHead>
      <div className={classes.wizard}>
        <Stepper steps={steps} at={at} reached={reached} onStep={go} />
        <section className={`card ${classes.step}`} aria-labelledby="step-title">
          <h2 id="step-title" ref={heading} tabIndex={-1}>
            {step.title}
          </h2>
          <FormProblem error={save.error} newer={newer} />
          <View
            key={`${step.id} ${taken}`}
            connection={connection}
            saving={save.isPending}
            onNext={next}
            onSave={(what) => change(what)}
          />
          {at > 0 && step.id !== "processing" && (
            <Button
              variant="subtle"
              c="dimmed"
              size="xs"
              className={classes.back ?? ""}
              leftSection={<IconArrowLeft size={15} aria-hidden />}
              onClick={() => go(at - 1)}
            >
              Back to {steps[at - 1]?.title}
            </Button>
          )}
        </section>
      </div>
    </>
  );
}
