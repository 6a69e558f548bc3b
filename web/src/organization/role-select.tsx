import { Select } from "@mantine/core";
import type { RoleName } from "../api/types";
import { isRole, roles } from "./roles";

interface Props {
  value: RoleName;
  onChange: (role: RoleName) => void;
  label?: string;
  "aria-label"?: string;
  disabled?: boolean;
}

/** A role, each with what it may do. */
export function RoleSelect({ value, onChange, ...rest }: Props) {
  return (
    <Select
      {...rest}
      allowDeselect={false}
      data={roles.map((role) => ({ value: role.value, label: role.label }))}
      value={value}
      onChange={(next) => isRole(next) && onChange(next)}
      comboboxProps={{ width: 300, position: "bottom-start" }}
      renderOption={({ option }) => (
        <span>
          {option.label}
          <br />
          <small>{roles.find((role) => role.value === option.value)?.may}</small>
        </span>
      )}
    />
  );
}
