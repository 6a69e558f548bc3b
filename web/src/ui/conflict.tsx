import { Button, Group, Skeleton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import classes from "./form-problem.module.css";

/** One thing of a form that is otherwise in the newer version. */
export interface Difference {
  name: string;
  mine: string;
  theirs: string;
}

/** What can be done where somebody else was faster; without losing what was typed. */
export interface Newer {
  /** What of the form differs from what is loaded; once the newer version is, from that. */
  differences: readonly Difference[];
  /** What was typed stays, on top of the newer version. */
  onMine: () => void;
  /** The newer version takes the place of what was typed. */
  onTheirs: () => void;
}

/** Loads the newer version, shows what differs, and offers both. */
export function Conflict({ newer }: { newer: Newer }) {
  const client = useQueryClient();
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    void client.invalidateQueries().finally(() => setLoaded(true));
  }, [client]);
  const differences = newer.differences.filter((one) => one.mine !== one.theirs);
  if (!loaded) return <Skeleton height={60} mt="sm" aria-busy="true" />;
  return (
    <div className={classes.newer}>
      {differences.length === 0 ? (
        <p>What you typed is what the newer version has.</p>
      ) : (
        <table className={classes.differences} aria-label="What differs">
          <thead>
            <tr>
              <th scope="col">What differs</th>
              <th scope="col">Yours</th>
              <th scope="col">The newer version</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>{one.mine || "none"}</td>
                <td>{one.theirs || "none"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Group gap="xs" mt="xs">
        <Button size="xs" onClick={newer.onMine}>
          Keep mine, on top of it
        </Button>
        <Button size="xs" variant="default" onClick={newer.onTheirs}>
          Take the newer version
        </Button>
      </Group>
    </div>
  );
}

/** Without a form that has something to lose: what is shown is loaded anew. */
export function LoadNewer() {
  const client = useQueryClient();
  const [pending, setPending] = useState(false);
  const load = () => {
    setPending(true);
    void client.invalidateQueries().finally(() => setPending(false));
  };
  return (
    <div className={classes.newer}>
      <Button size="xs" variant="default" loading={pending} onClick={load}>
        Load the newer version
      </Button>
    </div>
  );
}
