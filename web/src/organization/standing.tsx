import { MultiSelect, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import listClasses from "../ui/list-table.module.css";
import { organizationQueries } from "./queries";
import { RoleSelect } from "./role-select";
import { roleLabel, type Standing, withRole } from "./roles";

interface Props {
  value: Standing;
  onChange: (standing: Standing) => void;
}

/** A role, and for a subset viewer the subsets: fields of a form. */
export function StandingFields({ value, onChange }: Props) {
  return (
    <>
      <RoleSelect label="Role" value={value.role} onChange={(role) => onChange(withRole(value, role))} />
      {value.role === "subset-viewer" && (
        <ChosenSubsets
          value={value.subsets}
          onChange={(subsets) => onChange({ role: "subset-viewer", subsets })}
        />
      )}
    </>
  );
}

interface ChosenProps {
  value: string[];
  onChange: (ids: string[]) => void;
}

/** Which subsets may be seen. */
export function ChosenSubsets({ value, onChange }: ChosenProps) {
  const found = useQuery(organizationQueries.subsets());
  const known = found.data?.subsets ?? [];
  // One that was deleted stays in the field, to be taken out.
  const gone = found.data ? value.filter((id) => known.every((one) => one.id !== id)) : [];
  if (found.data && known.length === 0 && gone.length === 0) {
    return (
      <Text size="sm">
        There is no subset yet. <Link to="/subsets">Make one</Link> of the accounts that they may see.
      </Text>
    );
  }
  return (
    <MultiSelect
      label="Subsets that they may see"
      description="They see the accounts of these, and nothing of the rest. When a subset changes, so does what they see."
      required
      searchable
      data={[
        ...known.map((one) => ({ value: one.id, label: one.name })),
        ...gone.map((id) => ({ value: id, label: "(deleted)" })),
      ]}
      value={value}
      onChange={onChange}
      error={found.error ? "The subsets could not be loaded" : undefined}
      nothingFoundMessage="No such subset"
    />
  );
}

/** A role in a list, with the subsets of a subset viewer under it. */
export function StandingText({ role, subsets }: Standing) {
  return (
    <>
      {roleLabel(role)}
      <SubsetNames subsets={subsets} />
    </>
  );
}

/** The names of chosen subsets; nothing where there are none. */
export function SubsetNames({ subsets }: { subsets: readonly string[] }) {
  const found = useQuery({ ...organizationQueries.subsets(), enabled: subsets.length > 0 });
  if (subsets.length === 0) return null;
  const name = (id: string) => found.data?.subsets.find((one) => one.id === id)?.name ?? "(deleted)";
  return <span className={listClasses.sub}>{found.data ? subsets.map(name).join(", ") : "…"}</span>;
}
