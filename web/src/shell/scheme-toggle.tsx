import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";

export function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const next = scheme === "light" ? "dark" : "light";
  return (
    <Tooltip label={`Switch to ${next}`} withArrow>
      <ActionIcon
        variant="default"
        size={36}
        radius="md"
        aria-label={`Switch to ${next} colours`}
        onClick={() => setColorScheme(next)}
      >
        {next === "dark" ? <IconMoon size={18} stroke={1.7} /> : <IconSun size={18} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
}
